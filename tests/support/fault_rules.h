// The rules of the faulty machine: read from a file that may change at any time.
#pragma once

#include <pthread.h>

struct rule {
  char what[8], operation[32], kind[32], action[32], argument[32];
  long times;
  long seen;
};

enum { max_rules = 16 };

/// Guards the rules. Held by whoever reads them.
extern pthread_mutex_t rules_mutex;
extern struct rule rules[max_rules];
extern int rule_count;
extern long long clock_offset_ns;

/// Looks whether the file says something else now; counts begin anew then.
void read_rules(void);

void pause_for(double seconds);

/// The function that would have been called without us.
#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
