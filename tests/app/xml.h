#pragma once
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "app/canvas/xml.h"
#include "core/text.h"

namespace ropescope::test {

/// An element of XML with what lies in it; `text` is all its own text.
struct Element {
  std::string name, text;
  std::map<std::string, std::string> attributes;
  std::vector<Element> children;

  const std::string& at(const std::string& attribute) const {
    const auto found = attributes.find(attribute);
    if (found == attributes.end()) throw std::runtime_error("<" + name + "> has no " + attribute);
    return found->second;
  }
  double number(const std::string& attribute) const { return std::stod(at(attribute)); }

  /// Calls `each` with this element and all below it, in the order of the file, and with those that they lie in.
  template <typename Each>
  void walk(Each each, std::vector<const Element*> above = {}) const {
    each(*this, above);
    above.push_back(this);
    for (const Element& child : children) child.walk(each, above);
  }

  std::vector<Element> all(std::string_view wanted) const {
    std::vector<Element> found;
    walk([&](const Element& e, const auto&) {
      if (e.name == wanted) found.push_back(e);
    });
    return found;
  }
};

/// Reads the part of XML that an SVG file of ours may use; throws std::runtime_error where the file is not well-formed.
class XmlReader {
public:
  explicit XmlReader(std::string_view text) : text_(text) {}

  Element document() {
    for (std::string_view rest = text_; !rest.empty();) {
      const Character c = first_character(rest);
      const bool control = c.code < 0x20 && c.code != '\t' && c.code != '\n' && c.code != '\r';
      require(c.bytes > 0 && !control && c.code != 0xfffe && c.code != 0xffff, "a byte that XML cannot hold");
      rest.remove_prefix(c.bytes);
    }
    take("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
    skip_space();
    Element root = element();
    skip_space();
    require(at_ == text_.size(), "the end of the file");
    return root;
  }

private:
  void require(bool good, const char* expected) const {
    if (!good) throw std::runtime_error("byte " + std::to_string(at_) + ": expected " + expected);
  }
  bool next_is(std::string_view s) const { return text_.substr(at_).starts_with(s); }
  void take(std::string_view s) {
    require(next_is(s), std::string(s).c_str());
    at_ += s.size();
  }
  void skip_space() { at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size()); }

  std::string name() {
    const std::size_t end = text_.find_first_of(" \t\r\n=/>", at_);
    require(end != std::string_view::npos && end > at_, "a name");
    const std::string_view found = text_.substr(at_, end - at_);
    require(found.find_first_of("<&\"'") == std::string_view::npos, "a name without marks");
    at_ = end;
    return std::string(found);
  }

  std::string text_until(std::string_view mark) {
    const std::size_t end = text_.find(mark, at_);
    require(end != std::string_view::npos, "the end of a text");
    const auto text = canvas::text_of_xml(text_.substr(at_, end - at_));
    require(text.has_value(), "text without < and with known entities");
    at_ = end;
    return *text;
  }

  Element element() {
    Element e;
    take("<");
    e.name = name();
    for (skip_space(); !next_is("/>") && !next_is(">"); skip_space()) {
      require(text_[at_ - 1] == ' ' || text_[at_ - 1] == '\n', "a space before an attribute");
      const std::string attribute = name();
      take("=\"");
      require(e.attributes.emplace(attribute, text_until("\"")).second, "an attribute once");
      take("\"");
    }
    if (next_is("/>")) return take("/>"), e;
    take(">");
    while (e.text += text_until("<"), !next_is("</")) e.children.push_back(element());
    take("</");
    take(e.name);
    take(">");
    return e;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

inline Element read_xml(std::string_view text) { return XmlReader(text).document(); }

} // namespace ropescope::test
