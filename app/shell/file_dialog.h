#pragma once
#include <array>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "app/canvas/canvas.h"
#include "app/scene/recent.h"
#include "app/shell/folder_listing.h"

namespace ropescope::shell {

using namespace canvas;

/// What a person is asked to choose. The desktop's own dialog (desktop_dialog.h) takes the same.
struct FileWish {
  enum class Purpose : std::uint8_t { open, save_scene, export_place, add_step };
  Purpose purpose = Purpose::open;
  std::string title;                ///< "Save the scene"
  std::vector<std::string> endings; ///< of files that are expected, ".json"; empty: all are
  std::filesystem::path folder;     ///< where it begins
  std::string name;                 ///< of a file to be written, as proposed; one to be opened has none

  bool saves() const { return purpose != Purpose::open; }
  std::string_view button() const { return saves() ? "Save" : "Open"; }
  bool expects(std::string_view file) const;
};

struct Chosen {
  FileWish::Purpose purpose = FileWish::Purpose::open;
  std::vector<std::string> paths; ///< whole ones; of a file to be written, one
};

/// A dialog to choose a file by walking the folders or by typing its path, with the keyboard or the mouse. Its owner
/// keeps it from frame to frame. The typed field has the keyboard; keys() are those that move in the list. Folders are
/// read beside the frame.
class FileDialog {
public:
  void open(FileWish, const Recent&);
  void close();
  bool is_open() const { return open_; }

  /// Whether a folder is being read.
  bool working() const { return open_ && reader_.working(); }

  /// A key (GLFW's codes) that went down or repeats while it is open; false where it is left to the typed field. What
  /// it does follows in draw(), behind the letters that were typed before it.
  bool key(int key, int modifiers);

  /// Draws it where it is open; what was chosen, once. `wait`: folders are waited for, as there is no window that a
  /// person looks at.
  std::optional<Chosen> draw(const Canvas&, bool wait);

private:
  struct Place {
    std::string words;
    std::filesystem::path path;
    bool is_file = false, begins_group = false;
  };
  enum class Focus : std::uint8_t { list, places };

  // What it knows: file_dialog.cpp.
  void find_places(const Recent&);
  void enter(const std::filesystem::path& folder, std::string select = {});
  void show(const std::filesystem::path& folder);
  void take_seen(bool wait);
  void take(Seen);
  void filter();
  void typed_changed();
  void set_typed(std::string);
  void do_key(int key, int modifiers);
  bool is_visible(const FolderEntry&, std::string_view name) const;
  const FolderEntry* entry(int row) const;
  void list_key(int key, int modifiers);
  void place_key(int key);
  void question_key(int key);
  void move_selection(int rows, bool marks);
  void mark(int row);
  void up();
  void complete();
  void confirm();
  void act_on(const FolderEntry&);
  void act_on_typed();
  void choose_place(const Place&);
  void look_up(std::filesystem::path);
  void choose(std::vector<std::string> paths);
  std::string whole(const FolderEntry&) const;

  // How it looks: file_dialog_draw.cpp.
  void draw_field(const Canvas&, float width);
  void draw_places(const Canvas&, ImVec2 size);
  void draw_list(const Canvas&, ImVec2 size);
  void draw_entry(const Canvas&, int row);
  void draw_foot(const Canvas&);
  void draw_question(const Canvas&);
  static int on_field(ImGuiInputTextCallbackData*);

  bool open_ = false, opening_ = false;
  FileWish wish_;
  std::vector<Place> places_;
  std::filesystem::path folder_; // what names are typed in
  std::filesystem::path shown_;  // whose entries are listed: folder_, or the one that the typed path begins with
  std::filesystem::path worded_; // the folder that shown_words_ are of
  std::string shown_words_;
  std::vector<FolderEntry> entries_; // of shown_, in order
  std::vector<int> visible_;         // those that the list shows
  std::set<std::string> marked_;     // files that are opened together
  std::string trouble_;              // a sentence, or the system's reason
  std::string select_;               // the entry to be selected once it is read
  std::array<char, 4096> typed_{};
  struct Replacement {
    std::string before, now;
  };
  std::optional<Replacement> replaces_typed_; // in the text that Dear ImGui has while the field has the keyboard
  struct Key {
    int key, modifiers;
  };
  std::vector<Key> keys_;         // since the last frame
  int selected_ = -1;             // a row of visible_
  bool selected_by_hand_ = false; // and not because it begins as what was typed
  bool scrolls_ = false;          // the list goes to the selected row
  int selected_place_ = 0;
  Focus focus_ = Focus::list;
  bool hidden_ = false, all_files_ = false;
  bool looks_up_ = false;       // what a typed path is, and nothing of it is there yet
  std::filesystem::path asked_; // a file that is there already; whether it is to be replaced
  bool answer_ = false;         // as the keyboard has it
  std::optional<Chosen> chosen_;
  FolderReader reader_{[](Look& wish, FolderReader::Run& run) { look(wish, run); }};
};

} // namespace ropescope::shell
