// A faulty machine for a real process: the wall clock jumps, names do not resolve (see disk_fault.c for the rules).
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "fault_rules.h"

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
  if (now - __atomic_load_n(&looked, __ATOMIC_RELAXED) > 20000000 && pthread_mutex_trylock(&rules_mutex) == 0) {
    __atomic_store_n(&looked, now, __ATOMIC_RELAXED);
    read_rules();
    pthread_mutex_unlock(&rules_mutex);
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

int getaddrinfo(const char* restrict name, const char* restrict service, const struct addrinfo* restrict hints,
                struct addrinfo** restrict result) {
  static __typeof__(&getaddrinfo) next;
  if (next == NULL) next = NEXT(getaddrinfo);
  struct rule found = {.times = -1};
  pthread_mutex_lock(&rules_mutex);
  read_rules();
  for (int i = 0; name != NULL && i < rule_count; ++i) {
    if (strcmp(rules[i].what, "host") == 0 && strcmp(rules[i].operation, name) == 0) found = rules[i];
  }
  pthread_mutex_unlock(&rules_mutex);
  if (strcmp(found.kind, "stall") == 0) pause_for(atof(found.action));
  if (strcmp(found.kind, "fail") == 0) return EAI_AGAIN;
  return next(strcmp(found.kind, "address") == 0 ? found.action : name, service, hints, result);
}
