#include "core/io/file.h"

#include <filesystem>
#include <iterator>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

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

namespace {

namespace fs = std::filesystem;

std::size_t entries_of(const fs::path& folder) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

unsigned mode_of(const fs::path& path) { return static_cast<unsigned>(fs::status(path).permissions()) & 0777; }

std::string refusal(const fs::path& path) {
  try {
    write_file(path, "new");
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

} // namespace

TEST_CASE("a file that is replaced keeps its permissions, and a new one has those that the umask leaves") {
  const test::Scratch scratch;
  const fs::path path = scratch.path / "x";
  for (const unsigned mode : {0600u, 0644u, 0640u, 0666u, 0755u, 0200u}) {
    write_file(path, "before");
    fs::permissions(path, fs::perms(mode));
    write_file(path, "after");
    CHECK(mode_of(path) == mode);
    fs::permissions(path, fs::perms(0600));
    CHECK(read_file(path, 100) == "after");
    fs::remove(path);
  }
  for (const mode_t mask : {0022, 0077, 0027}) {
    const mode_t before = umask(mask);
    write_file(path, "new");
    umask(before);
    CHECK(mode_of(path) == (0666u & ~static_cast<unsigned>(mask)));
    fs::remove(path);
  }
}

TEST_CASE("a read-only file is not replaced, whoever asks") {
  const test::Scratch scratch;
  const fs::path path = scratch.path / "x";
  write_file(path, "before");
  fs::permissions(path, fs::perms(0444));
  CHECK(refusal(path).find("x: cannot be written: the file of that name is read-only") != std::string::npos);
  CHECK(read_file(path, 100) == "before");
  CHECK(entries_of(scratch.path) == 1);
}

TEST_CASE("links laid under names that a writer might take beside its file are not followed") {
  const test::Scratch scratch;
  const fs::path folder = scratch.path / "shared", victim = scratch.path / "victim";
  fs::create_directory(folder);
  write_file(victim, "precious");
  // What a process could foresee: the file's name with its own number, as earlier versions took it, and without.
  const std::string number = std::to_string(getpid());
  const std::vector<std::string> foreseen = {"x.part",  "x.tmp", "x." + number, "x." + number + ".part", "." + number,
                                             ".x.part", "x~",    ".ropescope",  ".ropescope-" + number};
  for (const std::string& name : foreseen) fs::create_symlink(victim, folder / name);
  for (int i = 0; i < 10; ++i) write_file(folder / "x", "new");
  CHECK(read_file(victim, 100) == "precious");
  CHECK(fs::is_regular_file(fs::symlink_status(folder / "x")));
  for (const std::string& name : foreseen) CHECK(fs::is_symlink(folder / name));
  CHECK(entries_of(folder) == foreseen.size() + 1);
}

TEST_CASE("a link that is written to is kept, and what it leads to is replaced") {
  const test::Scratch scratch;
  fs::create_directory(scratch.path / "folder");
  write_file(scratch.path / "folder" / "file", "before");
  fs::create_symlink("folder/file", scratch.path / "link");
  write_file(scratch.path / "link", "after");
  CHECK(fs::is_symlink(scratch.path / "link"));
  CHECK(read_file(scratch.path / "folder" / "file", 100) == "after");
  CHECK(entries_of(scratch.path / "folder") == 1);
  fs::create_symlink("round", scratch.path / "round"); // leads to itself
  CHECK(refusal(scratch.path / "round").find("round: cannot be written") != std::string::npos);
  CHECK(entries_of(scratch.path) == 3);
}

TEST_CASE("every name that the file system takes can be written, and a longer one is refused in words") {
  const test::Scratch scratch;
  for (const std::size_t length : {1, 200, 245, 250, 255}) {
    const fs::path path = scratch.path / std::string(length, 'n');
    write_file(path, "x");
    CHECK(read_file(path, 100) == "x");
    fs::remove(path);
  }
  CHECK(refusal(scratch.path / std::string(256, 'n')).find("File name too long") != std::string::npos);
  CHECK(entries_of(scratch.path) == 0);
}

TEST_CASE("why a file cannot be read is said as the system says it, and only a missing one is called missing") {
  const test::Scratch scratch;
  const auto reason = [](const fs::path& path) -> std::string {
    try {
      InputFile file(path);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  fs::create_symlink("round", scratch.path / "round");
  CHECK(reason(scratch.path / "missing").find("no such file") != std::string::npos);
  CHECK(reason(scratch.path / "round").find("levels of symbolic links") != std::string::npos);
  CHECK(reason(scratch.path / std::string(300, 'n')).find("File name too long") != std::string::npos);
  CHECK(reason("/dev/null").find("not a regular file") != std::string::npos);
}

TEST_CASE("an output that is the very file of an input is refused, whatever it is called") {
  const test::Scratch scratch;
  const fs::path path = scratch.path / "config.json", link = scratch.path / "link";
  write_file(path, "{}");
  fs::create_symlink(path, link);
  fs::create_hard_link(path, scratch.path / "hard");
  for (const fs::path& other : {path, link, scratch.path / "." / "config.json", scratch.path / "hard"})
    CHECK_THROWS_WITH_AS(require_other_file(other, path, "the model's file"), doctest::Contains("the model's file"),
                         Error);
  CHECK_NOTHROW(require_other_file(scratch.path / "new", path, "the model's file"));
  CHECK_NOTHROW(require_other_file(path, "", "the model's file"));
}
