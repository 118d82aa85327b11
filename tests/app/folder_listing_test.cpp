#include "app/shell/folder_listing.h"

#include <algorithm>
#include <cstdlib>

#include <doctest/doctest.h>

using namespace ropescope::shell;

TEST_CASE("folders come first, names by their numbers' values, capitals beside small letters") {
  std::vector<FolderEntry> entries{{"layer_10.json"}, {"b", true}, {"Layer_9.json"}, {"a"}, {"B2", true}, {"layer_2"}};
  std::sort(entries.begin(), entries.end(), comes_before);
  std::vector<std::string> names;
  for (const FolderEntry& entry : entries) names.push_back(entry.name);
  CHECK(names == std::vector<std::string>{"b", "B2", "a", "layer_2", "Layer_9.json", "layer_10.json"});
}

TEST_CASE("the order of names is a strict one, whatever they hold") {
  std::vector<FolderEntry> entries;
  for (const char* name : {"", "0", "00", "01", "1", "1a", "a1", "A1", "a01", "a001b", "a1b", ".", "é", "a"})
    for (const bool folder : {false, true}) entries.push_back({name, folder});
  for (const FolderEntry& a : entries)
    for (const FolderEntry& b : entries) {
      CAPTURE(a.name);
      CAPTURE(b.name);
      CHECK((comes_before(a, b) + comes_before(b, a)) == (a == b ? 0 : 1));
      for (const FolderEntry& c : entries)
        if (comes_before(a, b) && comes_before(b, c)) CHECK(comes_before(a, c));
    }
}

TEST_CASE("a typed path is whole: ~ is the home folder, .. goes up, what is relative lies in the folder") {
  setenv("HOME", "/home/someone", 1);
  CHECK(expanded("~", "/data") == "/home/someone");
  CHECK(expanded("~/a/", "/data") == "/home/someone/a");
  CHECK(expanded("~other", "/data") == "/data/~other");
  CHECK(expanded("b.json", "/data") == "/data/b.json");
  CHECK(expanded("../c", "/data/x") == "/data/c");
  CHECK(expanded("/", "/data") == "/");
  CHECK(expanded("..", "/") == "/");
  CHECK(abbreviated("/home/someone") == "~");
  CHECK(abbreviated("/home/someone/a") == "~/a");
  CHECK(abbreviated("/home/someone-else") == "/home/someone-else");
}

TEST_CASE("Tab adds what all names have in common, whole letters of it, and a slash behind the only folder") {
  const std::vector<FolderEntry> entries{{"model-a"}, {"model-b"}, {"maps", true}, {".hidden", true}, {"é1"}, {"è2"}};
  CHECK(completed("mo", entries) == "model-");
  CHECK(completed("ma", entries) == "maps/");
  CHECK(completed("m", entries) == "m");
  CHECK(completed(".h", entries) == ".hidden/");
  CHECK(completed("x", entries) == "x");
  CHECK(completed("", {{"é1"}, {"è2"}}) == "");
}
