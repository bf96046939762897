// The patterns that grok names: what Bacula logs.
#include "codec/grok_patterns.hpp"

namespace fieldgate::codec {

namespace {

constexpr GrokPattern patterns[] = {
    // Bacula
    {"BACULA_TIMESTAMP", R"re(%{MONTHDAY}-%{MONTH}(?:-%{YEAR})? %{HOUR}:%{MINUTE})re"},
    {"BACULA_HOST", R"re([a-zA-Z0-9-]+)re"},
    {"BACULA_VOLUME", R"re(%{USER})re"},
    {"BACULA_DEVICE", R"re(%{USER})re"},
    {"BACULA_DEVICEPATH", R"re(%{UNIXPATH})re"},
    {"BACULA_CAPACITY", R"re(%{INT}{1,3}(?:,%{INT}{3})*)re"},
    {"BACULA_VERSION", R"re(%{USER})re"},
    {"BACULA_JOB", R"re(%{USER})re"},
    {"BACULA_LOG_MAX_CAPACITY",
     R"re(User defined maximum volume capacity %{BACULA_CAPACITY} exceeded on device "%{BACULA_DEVICE:device}" \(%{BACULA_DEVICEPATH}\))re"},
    {"BACULA_LOG_END_VOLUME",
     R"re(End of medium on Volume "%{BACULA_VOLUME:volume}" Bytes=%{BACULA_CAPACITY} Blocks=%{BACULA_CAPACITY} at %{MONTHDAY}-%{MONTH}-%{YEAR} %{HOUR}:%{MINUTE}.)re"},
    {"BACULA_LOG_NEW_VOLUME", R"re(Created new Volume "%{BACULA_VOLUME:volume}" in catalog.)re"},
    {"BACULA_LOG_NEW_LABEL",
     R"re(Labeled new Volume "%{BACULA_VOLUME:volume}" on device "%{BACULA_DEVICE:device}" \(%{BACULA_DEVICEPATH}\).)re"},
    {"BACULA_LOG_WROTE_LABEL",
     R"re(Wrote label to prelabeled Volume "%{BACULA_VOLUME:volume}" on device "%{BACULA_DEVICE}" \(%{BACULA_DEVICEPATH}\))re"},
    {"BACULA_LOG_NEW_MOUNT",
     R"re(New volume "%{BACULA_VOLUME:volume}" mounted on device "%{BACULA_DEVICE:device}" \(%{BACULA_DEVICEPATH}\) at %{MONTHDAY}-%{MONTH}-%{YEAR} %{HOUR}:%{MINUTE}.)re"},
    {"BACULA_LOG_NOOPEN", R"re(\s*Cannot open %{DATA}: ERR=%{GREEDYDATA:berror})re"},
    {"BACULA_LOG_NOOPENDIR", R"re(\s*Could not open directory %{DATA}: ERR=%{GREEDYDATA:berror})re"},
    {"BACULA_LOG_NOSTAT", R"re(\s*Could not stat %{DATA}: ERR=%{GREEDYDATA:berror})re"},
    {"BACULA_LOG_NOJOBS",
     R"re(There are no more Jobs associated with Volume "%{BACULA_VOLUME:volume}". Marking it purged.)re"},
    {"BACULA_LOG_ALL_RECORDS_PRUNED",
     R"re(All records pruned from Volume "%{BACULA_VOLUME:volume}"; marking it "Purged")re"},
    {"BACULA_LOG_BEGIN_PRUNE_JOBS", R"re(Begin pruning Jobs older than %{INT} month %{INT} days .)re"},
    {"BACULA_LOG_BEGIN_PRUNE_FILES", R"re(Begin pruning Files.)re"},
    {"BACULA_LOG_PRUNED_JOBS", R"re(Pruned %{INT} Jobs* for client %{BACULA_HOST:client} from catalog.)re"},
    {"BACULA_LOG_PRUNED_FILES", R"re(Pruned Files from %{INT} Jobs* for client %{BACULA_HOST:client} from catalog.)re"},
    {"BACULA_LOG_ENDPRUNE", R"re(End auto prune.)re"},
    {"BACULA_LOG_STARTJOB", R"re(Start Backup JobId %{INT}, Job=%{BACULA_JOB:job})re"},
    {"BACULA_LOG_STARTRESTORE", R"re(Start Restore Job %{BACULA_JOB:job})re"},
    {"BACULA_LOG_USEDEVICE", R"re(Using Device "%{BACULA_DEVICE:device}")re"},
    {"BACULA_LOG_DIFF_FS",
     R"re(\s*%{UNIXPATH} is a different filesystem. Will not descend from %{UNIXPATH} into it.)re"},
    {"BACULA_LOG_JOBEND",
     R"re(Job write elapsed time = %{DATA:elapsed}, Transfer rate = %{NUMBER} (?:K|M|G)? Bytes/second)re"},
    {"BACULA_LOG_NOPRUNE_JOBS", R"re(No Jobs found to prune.)re"},
    {"BACULA_LOG_NOPRUNE_FILES", R"re(No Files found to prune.)re"},
    {"BACULA_LOG_VOLUME_PREVWRITTEN",
     R"re(Volume "%{BACULA_VOLUME:volume}" previously written, moving to end of data.)re"},
    {"BACULA_LOG_READYAPPEND", R"re(Ready to append to end of Volume "%{BACULA_VOLUME:volume}" size=%{INT})re"},
    {"BACULA_LOG_CANCELLING", R"re(Cancelling duplicate JobId=%{INT}.)re"},
    {"BACULA_LOG_MARKCANCEL", R"re(JobId %{INT}, Job %{BACULA_JOB:job} marked to be canceled.)re"},
    {"BACULA_LOG_CLIENT_RBJ", R"re(shell command: run ClientRunBeforeJob "%{GREEDYDATA:runjob}")re"},
    {"BACULA_LOG_VSS", R"re((?:Generate )?VSS (?:Writer)?)re"},
    {"BACULA_LOG_MAXSTART", R"re(Fatal error: Job canceled because max start delay time exceeded.)re"},
    {"BACULA_LOG_DUPLICATE", R"re(Fatal error: JobId %{INT:duplicate} already running. Duplicate job not allowed.)re"},
    {"BACULA_LOG_NOJOBSTAT", R"re(Fatal error: No Job status returned from FD.)re"},
    {"BACULA_LOG_FATAL_CONN",
     R"re(Fatal error: bsock.c:133 Unable to connect to (?:Client: %{BACULA_HOST:client}|Storage daemon) on %{HOSTNAME}:%{POSINT}. ERR=(?<berror>%{GREEDYDATA}))re"},
    {"BACULA_LOG_NO_CONNECT",
     R"re(Warning: bsock.c:127 Could not connect to (?:Client: %{BACULA_HOST:client}|Storage daemon) on %{HOSTNAME}:%{POSINT}. ERR=(?<berror>%{GREEDYDATA}))re"},
    {"BACULA_LOG_NO_AUTH",
     R"re(Fatal error: Unable to authenticate with File daemon at %{HOSTNAME}. Possible causes:)re"},
    {"BACULA_LOG_NOSUIT", R"re(No prior or suitable Full backup found in catalog. Doing FULL backup.)re"},
    {"BACULA_LOG_NOPRIOR", R"re(No prior Full backup Job record found.)re"},
    {"BACULA_LOG_JOB", R"re((?:Error: )?Bacula %{BACULA_HOST} %{BACULA_VERSION} \(%{BACULA_VERSION}\):)re"},
    {"BACULA_LOGLINE",
     R"re(%{BACULA_TIMESTAMP:bts} %{BACULA_HOST:hostname} JobId %{INT:jobid}: (?:%{BACULA_LOG_MAX_CAPACITY}|%{BACULA_LOG_END_VOLUME}|%{BACULA_LOG_NEW_VOLUME}|%{BACULA_LOG_NEW_LABEL}|%{BACULA_LOG_WROTE_LABEL}|%{BACULA_LOG_NEW_MOUNT}|%{BACULA_LOG_NOOPEN}|%{BACULA_LOG_NOOPENDIR}|%{BACULA_LOG_NOSTAT}|%{BACULA_LOG_NOJOBS}|%{BACULA_LOG_ALL_RECORDS_PRUNED}|%{BACULA_LOG_BEGIN_PRUNE_JOBS}|%{BACULA_LOG_BEGIN_PRUNE_FILES}|%{BACULA_LOG_PRUNED_JOBS}|%{BACULA_LOG_PRUNED_FILES}|%{BACULA_LOG_ENDPRUNE}|%{BACULA_LOG_STARTJOB}|%{BACULA_LOG_STARTRESTORE}|%{BACULA_LOG_USEDEVICE}|%{BACULA_LOG_DIFF_FS}|%{BACULA_LOG_JOBEND}|%{BACULA_LOG_NOPRUNE_JOBS}|%{BACULA_LOG_NOPRUNE_FILES}|%{BACULA_LOG_VOLUME_PREVWRITTEN}|%{BACULA_LOG_READYAPPEND}|%{BACULA_LOG_CANCELLING}|%{BACULA_LOG_MARKCANCEL}|%{BACULA_LOG_CLIENT_RBJ}|%{BACULA_LOG_VSS}|%{BACULA_LOG_MAXSTART}|%{BACULA_LOG_DUPLICATE}|%{BACULA_LOG_NOJOBSTAT}|%{BACULA_LOG_FATAL_CONN}|%{BACULA_LOG_NO_CONNECT}|%{BACULA_LOG_NO_AUTH}|%{BACULA_LOG_NOSUIT}|%{BACULA_LOG_JOB}|%{BACULA_LOG_NOPRIOR}))re"},
};

}  // namespace

std::span<const GrokPattern> grok_patterns_of_backups() { return patterns; }

}  // namespace fieldgate::codec
