#include "app/shell/desktop_dialog.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <string_view>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace ropescope::shell {

namespace fs = std::filesystem;

namespace {

std::string_view variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

/// The first of that name in the folders of PATH that can be run.
std::optional<fs::path> on_path(std::string_view name) {
  std::string_view folders = variable("PATH");
  while (!folders.empty()) {
    const std::size_t colon = folders.find(':');
    const fs::path file = fs::path(folders.substr(0, colon)) / name;
    std::error_code error;
    if (file.is_absolute() && fs::is_regular_file(file, error) && access(file.c_str(), X_OK) == 0) return file;
    folders.remove_prefix(colon == std::string_view::npos ? folders.size() : colon + 1);
  }
  return std::nullopt;
}

/// "*.json *.gguf"
std::string patterns(const FileWish& wish) {
  std::string words;
  for (const std::string& ending : wish.endings) {
    if (!words.empty()) words += ' ';
    words.append("*").append(ending);
  }
  return words;
}

/// A program whose output is read. It ends with this object.
class Child {
public:
  explicit Child(std::vector<std::string> words) {
    std::array<int, 2> ends{-1, -1};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) return;
    output_ = ends[0];
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    // What GTK and Qt say of themes and buses is nothing that a person has to read.
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    if (posix_spawn(&id_, words.front().c_str(), &actions, nullptr, arguments.data(), environ) != 0) id_ = -1;
    posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (output_ >= 0) ::close(output_);
    if (id_ < 0) return;
    kill(id_, SIGTERM);
    status();
  }

  /// What it printed, until it ends; nothing where `stopped()` became true before.
  template <typename Stopped>
  std::optional<std::string> output(Stopped stopped) {
    constexpr int between_looks = 50; // ms, in which a window that closes waits for this
    std::string all;
    std::array<char, 4096> piece;
    while (id_ >= 0 && !stopped()) {
      pollfd waits{output_, POLLIN, 0};
      if (poll(&waits, 1, between_looks) <= 0) continue;
      const ssize_t count = read(output_, piece.data(), piece.size());
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) return all;
      all.append(piece.data(), static_cast<std::size_t>(count));
    }
    return std::nullopt;
  }

  /// Its exit status, once it has ended; −1 where it did not run or was ended by a signal.
  int status() {
    if (id_ < 0) return -1;
    int status = 0;
    while (waitpid(id_, &status, 0) < 0 && errno == EINTR) {
    }
    id_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

private:
  pid_t id_ = -1;
  int output_ = -1;
};

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (end != 0) lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

} // namespace

std::optional<fs::path> DesktopDialog::program() {
  if (variable("ROPESCOPE_DIALOG") == "own") return std::nullopt;
  const bool kde = variable("XDG_CURRENT_DESKTOP").find("KDE") != std::string_view::npos;
  const auto first = on_path(kde ? "kdialog" : "zenity");
  return first ? first : on_path(kde ? "zenity" : "kdialog");
}

std::vector<std::string> DesktopDialog::arguments(const fs::path& program, const FileWish& wish) {
  std::vector<std::string> words{program.string()};
  const std::string begin = (wish.folder / wish.name).string(); // a folder ends with "/"
  const std::string expected = patterns(wish);
  if (program.filename() == "kdialog") {
    words.insert(words.end(), {"--title", wish.title, wish.saves() ? "--getsavefilename" : "--getopenfilename", begin});
    if (!expected.empty()) words.push_back(expected + "|Expected\n*|All files");
    if (!wish.saves()) words.insert(words.end(), {"--multiple", "--separate-output"});
    return words;
  }
  words.insert(words.end(), {"--file-selection", "--title=" + wish.title, "--filename=" + begin});
  if (wish.saves())
    words.insert(words.end(), {"--save", "--confirm-overwrite"});
  else
    words.insert(words.end(), {"--multiple", "--separator=\n"});
  if (!expected.empty()) words.push_back("--file-filter=Expected | " + expected);
  words.push_back("--file-filter=All files | *");
  return words;
}

void DesktopDialog::open(fs::path program, FileWish wish) { worker_.begin({std::move(program), std::move(wish)}); }

void DesktopDialog::ask(const Wish& asked, Worker::Run& run) {
  Child child(arguments(asked.program, asked.wish));
  const auto output = child.output([&] { return run.stopped(); });
  if (run.stopped()) return;
  constexpr int nothing_chosen = 1; // of both programs
  const int status = child.status();
  Answer answer{asked.wish, std::nullopt, status != 0 && status != nothing_chosen};
  if (status == 0 && output) answer.chosen = Chosen{asked.wish.purpose, lines_of(*output)};
  if (answer.chosen && answer.chosen->paths.empty()) answer.chosen.reset();
  run.give(std::move(answer), 1);
}

std::optional<DesktopDialog::Answer> DesktopDialog::take() {
  std::vector<Answer> answers = worker_.take();
  return answers.empty() ? std::nullopt : std::optional(std::move(answers.back()));
}

} // namespace ropescope::shell
