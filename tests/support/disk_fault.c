// A faulty machine for a real process, by LD_PRELOAD: a disk that stalls, fails or kills at a chosen call, a clock that
// jumps, names that do not resolve.
//
// $FIELDGATE_FAULT_CONTROL names a file of rules, which may change at any time (replace it by rename); one a line:
//   disk OP KIND kill-before N | kill-after N | kill-within N   SIGKILL at the Nth such call since the rules changed;
//                                                               within: half of the bytes are written
//   disk OP KIND stall SECONDS | error EIO|ENOSPC [TIMES]
//   clock SECONDS                                               what the wall clock is ahead of the true one
//   host NAME fail | stall SECONDS | address IPV4
// OP: write, sync, truncate, rename, unlink, or *. KIND (a glob): db, db-wal, dead-letters, dead-letters-wal, epoch,
// directory, other. Only files below $FIELDGATE_FAULT_DIR are meant. With $FIELDGATE_FAULT_TRACE every such call is
// written to that file as "OP KIND BYTES". With $FIELDGATE_FAULT_JOURNAL every write is written there before it is
// made, with what it replaces, and every sync after it: what power_cut.py makes the states after a power cut of.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fault_rules.h"

static const char* kind_of(const char* path) {
  const char* name = strrchr(path, '/');
  name = name != NULL ? name + 1 : path;
  const size_t length = strlen(name);
  struct stat status;
  if (strncmp(name, "epoch", 5) == 0) return "epoch";
  if (strncmp(name, "dead-letters.db", 15) == 0)
    return strcmp(name + 15, "-wal") == 0 ? "dead-letters-wal" : "dead-letters";
  if (length > 7 && strcmp(name + length - 7, ".db-wal") == 0) return "db-wal";
  if (length > 3 && strcmp(name + length - 3, ".db") == 0) return "db";
  if (stat(path, &status) == 0 && S_ISDIR(status.st_mode)) return "directory";
  return "other";
}

static const char* watched(const char* path) {
  const char* below = getenv("FIELDGATE_FAULT_DIR");
  return below != NULL && strncmp(path, below, strlen(below)) == 0 ? kind_of(path) : NULL;
}

static const char* watched_file(int file) {
  char link[64], path[1024];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  const ssize_t length = readlink(link, path, sizeof path - 1);
  if (length <= 0 || path[0] != '/') return NULL;
  path[length] = 0;
  return watched(path);
}

static void trace(const char* operation, const char* kind, size_t bytes) {
  static int file = -2;
  const char* path = getenv("FIELDGATE_FAULT_TRACE");
  if (path == NULL) return;
  if (file == -2) file = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  char line[96];
  const int length = snprintf(line, sizeof line, "%s %s %zu\n", operation, kind, bytes);
  syscall(SYS_write, file, line, (size_t)length);
}

// An entry of the journal, in one write: kind, path, and for a write or a truncation what comes and what goes.
static void journal(char kind, int file, const void* data, size_t size, long long at) {
  static int out = -2;
  const char* path = getenv("FIELDGATE_FAULT_JOURNAL");
  if (path == NULL || watched_file(file) == NULL) return;
  if (out == -2) out = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  char link[64], name[1024];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  const ssize_t name_size = readlink(link, name, sizeof name);
  struct stat status = {0};
  fstat(file, &status);
  if (kind == 'W' && at < 0) at = (long long)syscall(SYS_lseek, file, 0, SEEK_CUR);
  const long long end = kind == 'W' ? at + (long long)size : kind == 'T' ? status.st_size : at;
  const long long old = status.st_size > at && end > at ? (end < status.st_size ? end : status.st_size) - at : 0;
  enum { header = 35 };
  char* entry = malloc(header + (size_t)name_size + size + (size_t)old);
  const unsigned short short_size = (unsigned short)name_size;
  const long long numbers[4] = {at, (long long)size, old, (long long)status.st_size};
  entry[0] = kind;
  memcpy(entry + 1, &short_size, 2);
  memcpy(entry + 3, numbers, sizeof numbers);
  memcpy(entry + header, name, (size_t)name_size);
  if (size > 0) memcpy(entry + header + name_size, data, size);
  if (old > 0) syscall(SYS_pread64, file, entry + header + name_size + size, (size_t)old, at);
  syscall(SYS_write, out, entry, header + (size_t)name_size + size + (size_t)old);
  free(entry);
}

// What is to be done about a call: kills at once where that is before it; else leaves the rest to the caller.
struct verdict {
  int error;
  int within;
  int kill_after;
};

static struct verdict judge(const char* operation, const char* kind, size_t bytes) {
  struct verdict verdict = {0, 0, 0};
  double stall = 0;
  if (kind == NULL) return verdict;
  trace(operation, kind, bytes);
  pthread_mutex_lock(&rules_mutex);
  read_rules();
  for (struct rule* rule = rules; rule != rules + rule_count; ++rule) {
    if (strcmp(rule->what, "disk") != 0) continue;
    if (fnmatch(rule->operation, operation, 0) != 0 || fnmatch(rule->kind, kind, 0) != 0) continue;
    ++rule->seen;
    const int now = rule->seen == atol(rule->argument);
    if (strcmp(rule->action, "stall") == 0) stall = atof(rule->argument);
    if (strcmp(rule->action, "kill-before") == 0 && now) kill(getpid(), SIGKILL);
    if (strcmp(rule->action, "kill-after") == 0 && now) verdict.kill_after = 1;
    if (strcmp(rule->action, "kill-within") == 0 && now) verdict.within = 1;
    if (strcmp(rule->action, "error") == 0 && (rule->times < 0 || rule->seen <= rule->times)) {
      verdict.error = strcmp(rule->argument, "ENOSPC") == 0 ? ENOSPC : EIO;
    }
  }
  pthread_mutex_unlock(&rules_mutex);
  if (stall > 0) pause_for(stall);
  return verdict;
}

static void after(struct verdict verdict) {
  const int error = errno;
  if (verdict.kill_after || verdict.within) kill(getpid(), SIGKILL);
  errno = error;
}

#define NOTHING (void)0
#define FAULTY(type, operation, kind, bytes, before, call, torn, finally) \
  const struct verdict verdict = judge(operation, kind, bytes);           \
  if (verdict.error != 0) {                                               \
    errno = verdict.error;                                                \
    return -1;                                                            \
  }                                                                       \
  before;                                                                 \
  const type result = verdict.within ? torn : call;                       \
  finally;                                                                \
  after(verdict);                                                         \
  return result

ssize_t write(int file, const void* data, size_t size) {
  static __typeof__(&write) next;
  if (next == NULL) next = NEXT(write);
  FAULTY(ssize_t, "write", watched_file(file), size, journal('W', file, data, size, -1), next(file, data, size),
         next(file, data, size / 2), NOTHING);
}

ssize_t pwrite(int file, const void* data, size_t size, off_t at) {
  static __typeof__(&pwrite) next;
  if (next == NULL) next = NEXT(pwrite);
  FAULTY(ssize_t, "write", watched_file(file), size, journal('W', file, data, size, at), next(file, data, size, at),
         next(file, data, size / 2, at), NOTHING);
}

ssize_t pwrite64(int file, const void* data, size_t size, off64_t at) {
  static __typeof__(&pwrite64) next;
  if (next == NULL) next = NEXT(pwrite64);
  FAULTY(ssize_t, "write", watched_file(file), size, journal('W', file, data, size, at), next(file, data, size, at),
         next(file, data, size / 2, at), NOTHING);
}

int fsync(int file) {
  static __typeof__(&fsync) next;
  if (next == NULL) next = NEXT(fsync);
  FAULTY(int, "sync", watched_file(file), 0, NOTHING, next(file), next(file),
         if (result == 0) journal('S', file, NULL, 0, 0));
}

int fdatasync(int file) {
  static __typeof__(&fdatasync) next;
  if (next == NULL) next = NEXT(fdatasync);
  FAULTY(int, "sync", watched_file(file), 0, NOTHING, next(file), next(file),
         if (result == 0) journal('S', file, NULL, 0, 0));
}

int ftruncate(int file, off_t size) {
  static __typeof__(&ftruncate) next;
  if (next == NULL) next = NEXT(ftruncate);
  FAULTY(int, "truncate", watched_file(file), (size_t)size, journal('T', file, NULL, 0, size), next(file, size),
         next(file, size), NOTHING);
}

int ftruncate64(int file, off64_t size) {
  static __typeof__(&ftruncate64) next;
  if (next == NULL) next = NEXT(ftruncate64);
  FAULTY(int, "truncate", watched_file(file), (size_t)size, journal('T', file, NULL, 0, size), next(file, size),
         next(file, size), NOTHING);
}

int rename(const char* from, const char* to) {
  static __typeof__(&rename) next;
  if (next == NULL) next = NEXT(rename);
  FAULTY(int, "rename", watched(to), 0, NOTHING, next(from, to), next(from, to), NOTHING);
}

int unlink(const char* path) {
  static __typeof__(&unlink) next;
  if (next == NULL) next = NEXT(unlink);
  FAULTY(int, "unlink", watched(path), 0, NOTHING, next(path), next(path), NOTHING);
}
