#include "core/io/file.h"

#include <filesystem>

#include <doctest/doctest.h>

#include "core/error.h"
#include "tests/scratch.h"

using namespace ropescope;

TEST_CASE("a file that cannot take its place leaves nothing behind") {
  const test::Scratch scratch;
  const std::filesystem::path folder = scratch.path / "taken";
  std::filesystem::create_directory(folder);
  CHECK_THROWS_AS(write_file(folder, "bytes"), Error);
  CHECK_THROWS_AS(write_file(scratch.path / "no" / "such" / "folder", "bytes"), Error);
  CHECK(std::distance(std::filesystem::directory_iterator(scratch.path), std::filesystem::directory_iterator()) == 1);
}

TEST_CASE("a file replaces an older one whole") {
  const test::Scratch scratch;
  write_file(scratch.path / "x", "long before");
  write_file(scratch.path / "x", "after");
  CHECK(read_file(scratch.path / "x", 100) == "after");
  CHECK(std::distance(std::filesystem::directory_iterator(scratch.path), std::filesystem::directory_iterator()) == 1);
}

TEST_CASE("missing files, folders and files beyond the limit are refused by name") {
  const test::Scratch scratch;
  write_file(scratch.path / "x", "12345");
  CHECK_THROWS_AS(read_file(scratch.path / "missing", 100), Error);
  CHECK_THROWS_AS(read_file(scratch.path, 100), Error);
  CHECK_THROWS_AS(read_file(scratch.path / "x", 4), Error);
}

TEST_CASE("a part of a file is read from where it lies, and what lies beyond the end is refused") {
  const test::Scratch scratch;
  write_file(scratch.path / "x", "12345");
  InputFile file(scratch.path / "x");
  CHECK(file.size() == 5);
  std::string part(2, '\0');
  CHECK_THROWS_AS(file.read(4, part), Error);
  CHECK_THROWS_AS(file.read(9, part), Error);
  file.read(3, part); // a refusal before does no harm
  CHECK(part == "45");
  file.read(0, part);
  CHECK(part == "12");
}
