#pragma once
#include <string>

#include "core/io/position_source.h"
#include "core/model/model.h"

namespace CLI {
class App;
}

namespace ropescope::cli {

/// The options that say where the tokens of an array are. What goes with a grid is called `--fps`, `--text` …, or has
/// another prefix in a command that has options of these names itself.
void add_positions(CLI::App&, PositionSource&, const std::string& grid_prefix = "--");

/// The layout that --layout asks for (layout_named); says to the person which it is, and for "auto" how that is known.
PairLayout asked_layout(const std::string& name, const Model&, const RopeConfig&);

} // namespace ropescope::cli
