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
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

enum { max_rules = 16, max_text = 4096 };

struct rule {
  char what[8], operation[32], kind[32], action[32], argument[32];
  long times;
  long seen;
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct rule rules[max_rules];
static int rule_count;
static char rules_text[max_text];
static long long clock_offset_ns;

// The control file by plain system calls: a sanitizer's runtime may ask for the time before its own calls are ready.
static void read_rules(void) {
  static char text[max_text];
  const char* path = getenv("FIELDGATE_FAULT_CONTROL");
  if (path == NULL) return;
  const int file = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
  if (file < 0) return;
  const long size = syscall(SYS_read, file, text, max_text - 1);
  syscall(SYS_close, file);
  if (size < 0) return;
  text[size] = 0;
  if (strcmp(text, rules_text) == 0) return;
  strcpy(rules_text, text);
  rule_count = 0;
  clock_offset_ns = 0;
  char* position = NULL;
  for (char* line = strtok_r(text, "\n", &position); line != NULL; line = strtok_r(NULL, "\n", &position)) {
    struct rule rule = {.times = -1};
    if (sscanf(line, "clock %31s", rule.argument) == 1) {
      clock_offset_ns = (long long)(atof(rule.argument) * 1e9);
    } else if (rule_count < max_rules && (sscanf(line, "%7s %31s %31s %31s %31s %ld", rule.what, rule.operation,
                                                 rule.kind, rule.action, rule.argument, &rule.times) >= 3)) {
      rules[rule_count++] = rule;
    }
  }
}

static void pause_for(double seconds) {
  struct timespec left = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};
  while (nanosleep(&left, &left) != 0 && errno == EINTR) {
  }
}

// ---- the disk

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
  pthread_mutex_lock(&mutex);
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
  pthread_mutex_unlock(&mutex);
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

// ---- the clock

static long long true_ns(clockid_t clock) {
  struct timespec now;
  syscall(SYS_clock_gettime, clock, &now);
  return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static struct timespec timespec_of(long long ns) { return (struct timespec){ns / 1000000000, ns % 1000000000}; }

// The rules are looked at every 20 ms at most: programs ask for the time often.
static long long offset_ns(void) {
  static long long looked;
  if (getenv("FIELDGATE_FAULT_CONTROL") == NULL) return 0;
  const long long now = true_ns(CLOCK_MONOTONIC);
  if (now - __atomic_load_n(&looked, __ATOMIC_RELAXED) > 20000000 && pthread_mutex_trylock(&mutex) == 0) {
    __atomic_store_n(&looked, now, __ATOMIC_RELAXED);
    read_rules();
    pthread_mutex_unlock(&mutex);
  }
  return __atomic_load_n(&clock_offset_ns, __ATOMIC_RELAXED);
}

int clock_gettime(clockid_t clock, struct timespec* now) {
  const int result = (int)syscall(SYS_clock_gettime, clock, now);
  const int wall = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
  const long long offset = result == 0 && wall ? offset_ns() : 0;
  if (offset != 0) *now = timespec_of(now->tv_sec * 1000000000LL + now->tv_nsec + offset);
  return result;
}

int gettimeofday(struct timeval* restrict now, void* restrict zone) {
  (void)zone;
  const long long ns = true_ns(CLOCK_REALTIME) + offset_ns();
  now->tv_sec = ns / 1000000000;
  now->tv_usec = ns % 1000000000 / 1000;
  return 0;
}

time_t time(time_t* where) {
  const time_t now = (time_t)((true_ns(CLOCK_REALTIME) + offset_ns()) / 1000000000);
  if (where != NULL) *where = now;
  return now;
}

// A wait for a time of the wall clock: in slices, so that a jump in the middle of it is felt, as by the kernel's own.
// The caller sees more wake-ups without a reason than usual, which every caller must bear.
int pthread_cond_timedwait(pthread_cond_t* restrict condition, pthread_mutex_t* restrict held,
                           const struct timespec* restrict until) {
  static int (*next)(pthread_cond_t*, pthread_mutex_t*, const struct timespec*);
  if (next == NULL) *(void**)&next = dlvsym(RTLD_NEXT, "pthread_cond_timedwait", "GLIBC_2.3.2");
  if (next == NULL) next = NEXT(pthread_cond_timedwait);
  const long long offset = offset_ns();
  const long long wanted = until->tv_sec * 1000000000LL + until->tv_nsec;
  const long long wall = true_ns(CLOCK_REALTIME) + offset;
  const long long steady = true_ns(CLOCK_MONOTONIC);
  if (getenv("FIELDGATE_FAULT_CONTROL") == NULL || llabs(wanted - steady) < llabs(wanted - wall)) {
    return next(condition, held, until);
  }
  if (wanted <= wall) return ETIMEDOUT;
  const long long slice = wanted - wall < 50000000 ? wanted - wall : 50000000;
  const struct timespec end = timespec_of(wall - offset + slice);
  const int result = next(condition, held, &end);
  return result == ETIMEDOUT && slice < wanted - wall ? 0 : result;
}

// ---- the names

int getaddrinfo(const char* restrict name, const char* restrict service, const struct addrinfo* restrict hints,
                struct addrinfo** restrict result) {
  static __typeof__(&getaddrinfo) next;
  if (next == NULL) next = NEXT(getaddrinfo);
  struct rule found = {.times = -1};
  pthread_mutex_lock(&mutex);
  read_rules();
  for (int i = 0; name != NULL && i < rule_count; ++i) {
    if (strcmp(rules[i].what, "host") == 0 && strcmp(rules[i].operation, name) == 0) found = rules[i];
  }
  pthread_mutex_unlock(&mutex);
  if (strcmp(found.kind, "stall") == 0) pause_for(atof(found.action));
  if (strcmp(found.kind, "fail") == 0) return EAI_AGAIN;
  return next(strcmp(found.kind, "address") == 0 ? found.action : name, service, hints, result);
}
