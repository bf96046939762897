// CrashVfs: SQLite's file calls on strings, and the states that a power cut leaves.
#include "support/crash_vfs.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <mutex>
#include <set>
#include <thread>
#include <utility>

namespace fieldgate::test {

using Kind = CrashVfs::Kind;

struct CrashVfs::State {
  struct Inode {
    std::string content;
    bool folder_synced = false;
  };

  sqlite3_vfs vfs{};
  sqlite3_vfs* before = nullptr;
  mutable std::mutex mutex;
  std::map<std::string, int> names;
  std::map<int, std::shared_ptr<Inode>> inodes;
  int next = 1;
  History history;
  Judge judge;

  /// Asks the judge, outside of the lock.
  Verdict ask(Kind kind, const std::string& path) {
    Judge now;
    {
      const std::scoped_lock lock(mutex);
      now = judge;
    }
    const Verdict verdict = now ? now(kind, path) : Verdict{};
    if (verdict.delay.count() > 0) std::this_thread::sleep_for(verdict.delay);
    return verdict;
  }

  int create(const std::string& path) {
    const int number = next++;
    names[path] = number;
    inodes[number] = std::make_shared<Inode>();
    return number;
  }
};

namespace {

using State = CrashVfs::State;

/// An open file: made by SQLite as raw memory, filled in by `open`.
struct File {
  sqlite3_file base;
  State* state;
  int number;
  std::string* path;
  CrashVfs::State::Inode* inode;
};

File& file_of(sqlite3_file* file) { return *reinterpret_cast<File*>(file); }
State& state_of(sqlite3_vfs* vfs) { return *static_cast<State*>(vfs->pAppData); }

int close(sqlite3_file* file) {
  delete std::exchange(file_of(file).path, nullptr);
  return SQLITE_OK;
}

int read(sqlite3_file* base, void* to, int amount, sqlite3_int64 from) {
  File& file = file_of(base);
  const std::scoped_lock lock(file.state->mutex);
  const std::string& content = file.inode->content;
  const std::size_t begin = std::min(static_cast<std::size_t>(from), content.size());
  const std::size_t size = std::min(static_cast<std::size_t>(amount), content.size() - begin);
  std::memcpy(to, content.data() + begin, size);
  std::memset(static_cast<char*>(to) + size, 0, static_cast<std::size_t>(amount) - size);
  return size == static_cast<std::size_t>(amount) ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

void overwrite(std::string& content, std::size_t offset, std::string_view bytes) {
  if (content.size() < offset + bytes.size()) content.resize(offset + bytes.size());
  content.replace(offset, bytes.size(), bytes);
}

int write(sqlite3_file* base, const void* from, int amount, sqlite3_int64 to) {
  File& file = file_of(base);
  const CrashVfs::Verdict verdict = file.state->ask(Kind::write, *file.path);
  std::string_view bytes(static_cast<const char*>(from), static_cast<std::size_t>(amount));
  if (verdict.code != 0) bytes = bytes.substr(0, verdict.in_part ? bytes.size() / 2 : 0);
  const std::scoped_lock lock(file.state->mutex);
  if (!bytes.empty()) {
    overwrite(file.inode->content, static_cast<std::size_t>(to), bytes);
    file.state->history.push_back(
        {Kind::write, file.number, {}, static_cast<std::size_t>(to), std::string(bytes), false, false});
  }
  return verdict.code;
}

int truncate(sqlite3_file* base, sqlite3_int64 size) {
  File& file = file_of(base);
  if (const int code = file.state->ask(Kind::truncate, *file.path).code; code != 0) return code;
  const std::scoped_lock lock(file.state->mutex);
  file.inode->content.resize(static_cast<std::size_t>(size));
  file.state->history.push_back({Kind::truncate, file.number, {}, static_cast<std::size_t>(size), {}, false, false});
  return SQLITE_OK;
}

/// As the real one: the first sync of a WAL or journal syncs the folder too.
int sync(sqlite3_file* base, int) {
  File& file = file_of(base);
  const int code = file.state->ask(Kind::sync, *file.path).code;
  const std::scoped_lock lock(file.state->mutex);
  if (code == 0) {
    const bool folder = !std::exchange(file.inode->folder_synced, true);
    file.state->history.push_back({Kind::sync, file.number, {}, 0, {}, folder, false});
    return SQLITE_OK;
  }
  CrashVfs::History& history = file.state->history;
  for (std::size_t i = history.size(); i-- > 0;) {
    if (history[i].file != file.number) continue;
    if (history[i].kind == Kind::sync) break;
    history[i].lost = true;
  }
  return code;
}

int size(sqlite3_file* base, sqlite3_int64* result) {
  File& file = file_of(base);
  const std::scoped_lock lock(file.state->mutex);
  *result = static_cast<sqlite3_int64>(file.inode->content.size());
  return SQLITE_OK;
}

int lock_file(sqlite3_file*, int) { return SQLITE_OK; }
int is_locked(sqlite3_file*, int* result) {
  *result = 0;
  return SQLITE_OK;
}
int control(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
int sector(sqlite3_file*) { return 4096; }
int characteristics(sqlite3_file*) { return 0; }

const sqlite3_io_methods methods = {1,         close,     read,    write,  truncate,        sync,    size,    lock_file,
                                    lock_file, is_locked, control, sector, characteristics, nullptr, nullptr, nullptr,
                                    nullptr,   nullptr,   nullptr};

int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* base, int flags, int* out) {
  State& state = state_of(vfs);
  const std::string path = name != nullptr ? name : "temporary";
  base->pMethods = nullptr;
  const bool make = (flags & SQLITE_OPEN_CREATE) != 0;
  bool there = false;
  {
    const std::scoped_lock lock(state.mutex);
    there = state.names.contains(path);
  }
  if (!there && !make) return SQLITE_CANTOPEN;
  if (!there) {
    if (const int code = state.ask(Kind::create, path).code; code != 0) return code;
  }
  const std::scoped_lock lock(state.mutex);
  if (!there) {
    const int number = state.create(path);
    state.history.push_back({Kind::create, number, path, 0, {}, false, false});
    // Whoever opens a database has made it before, and synced the folder.
    const bool database = (flags & SQLITE_OPEN_MAIN_DB) != 0;
    state.inodes[number]->folder_synced = database;
    if (database) state.history.push_back({Kind::sync, number, {}, 0, {}, true, false});
  }
  File& file = file_of(base);
  file.state = &state;
  file.number = state.names[path];
  file.path = new std::string(path);
  file.inode = state.inodes[file.number].get();
  base->pMethods = &methods;
  if (out != nullptr) *out = flags;
  return SQLITE_OK;
}

int remove(sqlite3_vfs* vfs, const char* name, int sync_folder) {
  State& state = state_of(vfs);
  if (const int code = state.ask(Kind::remove, name).code; code != 0) return code;
  const std::scoped_lock lock(state.mutex);
  const auto found = state.names.find(name);
  if (found == state.names.end()) return SQLITE_IOERR_DELETE_NOENT;
  state.history.push_back({Kind::remove, found->second, name, 0, {}, false, false});
  if (sync_folder != 0) state.history.push_back({Kind::sync, 0, {}, 0, {}, true, false});
  state.names.erase(found);
  return SQLITE_OK;
}

int access(sqlite3_vfs* vfs, const char* name, int, int* result) {
  State& state = state_of(vfs);
  const std::scoped_lock lock(state.mutex);
  const auto found = state.names.find(name);
  *result = found != state.names.end() && !state.inodes[found->second]->content.empty() ? 1 : 0;
  return SQLITE_OK;
}

int full_path(sqlite3_vfs*, const char* name, int size_out, char* out) {
  sqlite3_snprintf(size_out, out, "%s", name);
  return SQLITE_OK;
}

}  // namespace

CrashVfs::CrashVfs() : state_(std::make_unique<State>()) {
  state_->before = sqlite3_vfs_find(nullptr);
  state_->vfs = *state_->before;
  state_->vfs.szOsFile = sizeof(File);
  state_->vfs.zName = "fieldgate_crash";
  state_->vfs.pNext = nullptr;
  state_->vfs.pAppData = state_.get();
  state_->vfs.xOpen = open;
  state_->vfs.xDelete = remove;
  state_->vfs.xAccess = access;
  state_->vfs.xFullPathname = full_path;
  sqlite3_vfs_register(&state_->vfs, 1);
}

CrashVfs::~CrashVfs() {
  sqlite3_vfs_unregister(&state_->vfs);
  sqlite3_vfs_register(state_->before, 1);
}

CrashVfs::History CrashVfs::history() const {
  const std::scoped_lock lock(state_->mutex);
  return state_->history;
}

std::size_t CrashVfs::count() const {
  const std::scoped_lock lock(state_->mutex);
  return state_->history.size();
}

void CrashVfs::restart(const Files& files) {
  const std::scoped_lock lock(state_->mutex);
  state_->names.clear();
  state_->inodes.clear();
  state_->history.clear();
  for (const auto& [path, content] : files) {
    State::Inode& inode = *state_->inodes[state_->create(path)];
    inode = {content, true};
  }
}

CrashVfs::Files CrashVfs::files() const {
  const std::scoped_lock lock(state_->mutex);
  Files files;
  for (const auto& [path, number] : state_->names) files[path] = state_->inodes.at(number)->content;
  return files;
}

void CrashVfs::on_operation(Judge judge) {
  const std::scoped_lock lock(state_->mutex);
  state_->judge = std::move(judge);
}

std::vector<std::size_t> undecided(const CrashVfs::History& history, std::size_t cut) {
  std::vector<std::size_t> open;
  std::set<int> synced;  // by what comes later
  bool folder = false;
  for (std::size_t i = cut; i-- > 0;) {
    const CrashVfs::Operation& operation = history[i];
    const bool entry = operation.kind == Kind::create || operation.kind == Kind::remove;
    if (operation.kind == Kind::sync) {
      synced.insert(operation.file);
      folder = folder || operation.whole_folder;
    } else if (entry ? !folder : operation.lost || !synced.contains(operation.file)) {
      open.push_back(i);
    }
  }
  std::reverse(open.begin(), open.end());
  return open;
}

CrashVfs::Files after_power_cut(const CrashVfs::Files& start, const CrashVfs::History& history, std::size_t cut,
                                const PowerCut& fate) {
  const std::vector<std::size_t> open = undecided(history, cut);
  std::vector<bool> stays(cut, true);
  std::size_t last_write = cut;
  for (std::size_t i = 0; i < open.size(); ++i) {
    stays[open[i]] = (fate.kept >> std::min<std::size_t>(i, 63) & 1) != 0;
    if (stays[open[i]] && history[open[i]].kind == Kind::write) last_write = open[i];
  }
  std::map<std::string, int> names;
  std::map<int, std::string> contents;
  int number = 0;
  for (const auto& [path, content] : start) {
    names[path] = ++number;
    contents[number] = content;
  }
  for (std::size_t i = 0; i < cut; ++i) {
    const CrashVfs::Operation& operation = history[i];
    std::string& content = contents[operation.file];
    const std::size_t end = operation.offset + operation.bytes.size();
    if (operation.kind == Kind::write && fate.zero_filled && content.size() < end) content.resize(end);
    if (!stays[i]) continue;
    switch (operation.kind) {
      case Kind::create:
        names[operation.path] = operation.file;
        break;
      case Kind::remove:
        names.erase(operation.path);
        break;
      case Kind::truncate:
        content.resize(operation.offset);
        break;
      case Kind::write: {
        std::string_view bytes = operation.bytes;
        if (i == last_write && fate.torn_at != 0) {
          // Blocks tear where they lie in the file.
          const std::size_t middle = (operation.offset + bytes.size() / 2) / fate.torn_at * fate.torn_at;
          bytes = bytes.substr(0, middle > operation.offset ? middle - operation.offset : 0);
        }
        if (!bytes.empty()) overwrite(content, operation.offset, bytes);
        break;
      }
      case Kind::sync:
        break;
    }
  }
  CrashVfs::Files files;
  for (const auto& [path, file] : names) files[path] = contents[file];
  return files;
}

}  // namespace fieldgate::test
