// The rules of the faulty machine: reading them.
#define _GNU_SOURCE
#include "fault_rules.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { max_text = 4096 };

pthread_mutex_t rules_mutex = PTHREAD_MUTEX_INITIALIZER;
struct rule rules[max_rules];
int rule_count;
long long clock_offset_ns;
static char rules_text[max_text];

// The control file by plain system calls: a sanitizer's runtime may ask for the time before its own calls are ready.
void read_rules(void) {
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
  long long offset = 0;
  char* position = NULL;
  for (char* line = strtok_r(text, "\n", &position); line != NULL; line = strtok_r(NULL, "\n", &position)) {
    struct rule rule = {.times = -1};
    if (sscanf(line, "clock %31s", rule.argument) == 1) {
      offset = (long long)(atof(rule.argument) * 1e9);
    } else if (rule_count < max_rules && (sscanf(line, "%7s %31s %31s %31s %31s %ld", rule.what, rule.operation,
                                                 rule.kind, rule.action, rule.argument, &rule.times) >= 3)) {
      rules[rule_count++] = rule;
    }
  }
  __atomic_store_n(&clock_offset_ns, offset, __ATOMIC_RELAXED);
}

void pause_for(double seconds) {
  struct timespec left = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};
  while (nanosleep(&left, &left) != 0 && errno == EINTR) {
  }
}
