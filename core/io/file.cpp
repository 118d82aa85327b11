#include "core/io/file.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <random>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.h"

namespace ropescope {

namespace fs = std::filesystem;

InputFile::InputFile(fs::path path) : path_(std::move(path)) {
  std::error_code error;
  // Looked at before it is opened: to open a pipe would wait for somebody who writes to it.
  const fs::file_status status = fs::status(path_, error);
  const auto unreadable = [&](const std::string& why) {
    throw Error(fmt::format("{}: cannot be read: {}", path_.string(), why));
  };
  if (status.type() == fs::file_type::not_found) throw Error(fmt::format("{}: no such file", path_.string()));
  if (error) unreadable(error.message()); // of the way to it: a folder that is closed, links that go round
  if (fs::is_directory(status)) throw Error(fmt::format("{}: is a folder, expected a file", path_.string()));
  if (!fs::is_regular_file(status)) throw Error(fmt::format("{}: is not a regular file", path_.string()));
  size_ = fs::file_size(path_, error);
  if (error) unreadable(error.message());
  descriptor_ = open(path_.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor_ < 0) unreadable(std::strerror(errno));
}

InputFile::InputFile(fs::path path, std::string bytes)
    : path_(std::move(path)), size_(bytes.size()), bytes_(std::move(bytes)) {}

InputFile::~InputFile() {
  if (descriptor_ >= 0) close(descriptor_);
}

void InputFile::read(std::uintmax_t offset, std::span<char> bytes) {
  if (descriptor_ < 0) {
    if (offset > bytes_.size() || bytes.size() > bytes_.size() - offset)
      throw Error(fmt::format("{}: could be read only up to byte {}", path_.string(), bytes_.size()));
    std::memcpy(bytes.data(), bytes_.data() + offset, bytes.size());
    return;
  }
  std::size_t got = 0;
  while (got < bytes.size()) {
    // pread does not move the file's place, so parts can be read in any order. It may return fewer bytes than asked, or
    // be interrupted by a signal. 0 bytes are the end: the file became shorter since it was opened.
    const ssize_t more = pread(descriptor_, bytes.data() + got, bytes.size() - got, static_cast<off_t>(offset + got));
    if (more > 0)
      got += static_cast<std::size_t>(more);
    else if (more == 0 || errno != EINTR)
      throw Error(fmt::format("{}: could be read only up to byte {}{}", path_.string(), offset + got,
                              more == 0 ? "" : fmt::format(": {}", std::strerror(errno))));
  }
}

std::string read_file(const fs::path& path, std::uintmax_t greatest) {
  InputFile file(path);
  if (file.size() > greatest)
    throw Error(fmt::format("{}: has {} bytes, expected at most {}", path.string(), file.size(), greatest));
  std::string bytes(static_cast<std::size_t>(file.size()), '\0');
  file.read(0, bytes);
  return bytes;
}

namespace {

/// A file being written. Its errors are thrown as std::system_error; while it is not kept it vanishes with this object.
class OutputFile {
public:
  explicit OutputFile(int descriptor, fs::path temporary = {})
      : descriptor_(descriptor), temporary_(std::move(temporary)) {
    require(descriptor_ >= 0);
  }
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  ~OutputFile() {
    // Still open or still temporary: an error came before close() or take_name(), and the rest is removed.
    if (descriptor_ >= 0) ::close(descriptor_);
    if (!temporary_.empty()) unlink(temporary_.c_str());
  }

  void write(std::string_view bytes) {
    while (!bytes.empty()) {
      // Linux writes less than 2³¹ bytes at once.
      const ssize_t written = ::write(descriptor_, bytes.data(), std::min<std::size_t>(bytes.size(), 1 << 30));
      if (written < 0 && errno == EINTR) continue;
      require(written >= 0);
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
  }

  void set_mode(mode_t mode) { require(fchmod(descriptor_, mode) == 0); }

  /// Waits until the disk has the bytes: else a power cut after the renaming could leave an empty file under the name.
  void settle() { require(fsync(descriptor_) == 0 || errno == EINVAL || errno == EROFS); } // not every place can

  void close() { require(::close(std::exchange(descriptor_, -1)) == 0); }

  void take_name(const fs::path& path) {
    require(rename(temporary_.c_str(), path.c_str()) == 0);
    temporary_.clear();
  }

private:
  static void require(bool done) {
    if (!done) throw std::system_error(errno, std::generic_category());
  }

  int descriptor_;
  fs::path temporary_; ///< empty: there is none to remove
};

/// A new file beside `path`, whose name nobody can foresee and lay a link under: a random one, which must not be there.
/// It is short whatever the length of the path's own name is.
OutputFile neighbour_of(const fs::path& path, mode_t mode) {
  std::random_device random;
  constexpr int tries = 16;
  fs::path name;
  int descriptor = -1;
  // A random name of 64 bits that is taken is nearly impossible; 16 tries are for a folder where somebody makes it so.
  // Any other reason than EEXIST will not go away by trying.
  for (int i = 0; i < tries && (descriptor < 0 && (i == 0 || errno == EEXIST)); ++i) {
    name = path.parent_path() / fmt::format(".ropescope-{:08x}{:08x}", random(), random());
    // O_EXCL: never a file or a link that is there already.
    descriptor = open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
  }
  return OutputFile(descriptor, descriptor < 0 ? fs::path() : name);
}

/// Whether a file may not be replaced. The superuser may write any: then its owner's mark counts.
bool read_only(const fs::path& path, fs::perms mode) {
  constexpr fs::perms writes = fs::perms::owner_write | fs::perms::group_write | fs::perms::others_write;
  return (mode & writes) == fs::perms::none || faccessat(AT_FDCWD, path.c_str(), W_OK, AT_EACCESS) != 0;
}

void replace(const fs::path& path, std::string_view bytes) {
  struct stat older = {};
  const bool replaces = stat(path.c_str(), &older) == 0;
  const mode_t mode = replaces ? older.st_mode & 0777 : 0666; // a new file's is cut by the umask
  // In the same folder: a name can be taken over at once only within one file system. The order matters: bytes,
  // permissions and the disk come before the name, so that under the name there is always one whole file, the older or
  // the newer.
  OutputFile file = neighbour_of(path, mode);
  file.write(bytes);
  if (replaces) file.set_mode(mode);
  file.settle();
  file.close();
  file.take_name(path);
}

void write_in_place(const fs::path& path, std::string_view bytes) {
  OutputFile file(open(path.c_str(), O_WRONLY | O_CLOEXEC));
  file.write(bytes);
  file.close();
}

} // namespace

void write_file(const fs::path& named, std::string_view bytes) {
  if (named.empty()) throw Error("no file name to write to");
  const auto refuse = [&](const std::string& why) {
    throw Error(fmt::format("{}: cannot be written: {}", named.string(), why));
  };
  std::error_code error;
  const fs::file_status status = fs::status(named, error);
  if (fs::is_directory(status)) refuse("it is a folder");
  try {
    // A device or a pipe such as /dev/stdout has no neighbour to write first.
    if (fs::exists(status) && !fs::is_regular_file(status)) return write_in_place(named, bytes);
    // To take over a link's name would replace the link by a file.
    const fs::path path = fs::is_symlink(named, error) ? fs::weakly_canonical(named, error) : named;
    if (path.empty()) refuse("the link leads nowhere");
    if (fs::exists(status) && read_only(path, status.permissions())) refuse("the file of that name is read-only");
    replace(path, bytes);
  } catch (const std::system_error& system) {
    refuse(system.code().message());
  }
}

void require_other_file(const fs::path& output, const fs::path& input, std::string_view what) {
  std::error_code ignored;
  if (!output.empty() && !input.empty() && fs::equivalent(output, input, ignored))
    throw Error(fmt::format("{}: would replace {}, expected another name to write to", output.string(), what));
}

} // namespace ropescope
