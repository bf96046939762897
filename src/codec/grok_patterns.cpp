// The patterns that grok names: what they mean is Logstash's, how they say it is RE2's.
//
// Names and fields, here and in grok_patterns_*.cpp, are those of logstash-patterns-core's older ("legacy") set
// (github.com/logstash-plugins/logstash-patterns-core, Apache-2.0). Many patterns are taken, and changed, from the Go
// library grok (github.com/vjeantet/grok, (c) 2015 Valere Jeantet, Apache-2.0), which has that set without most of its
// lookaround; others are written anew. RE2 never looks ahead or behind and knows no possessive repetition: such checks
// are left out, or said by what stands beside them.
#include <algorithm>
#include <array>

#include "codec/grok.hpp"
#include "codec/grok_patterns.hpp"

namespace fieldgate::codec {

namespace {

constexpr GrokPattern patterns[] = {
    {"USERNAME", R"re([a-zA-Z0-9._-]+)re"},
    {"USER", R"re(%{USERNAME})re"},
    {"EMAILLOCALPART", R"re([a-zA-Z0-9!#$%&'*+/=?^_`{|}~.-]{1,64})re"},
    {"EMAILADDRESS", R"re(%{EMAILLOCALPART}@%{HOSTNAME})re"},
    {"INT", R"re([+-]?[0-9]+)re"},
    {"BASE10NUM", R"re([+-]?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+))re"},
    {"NUMBER", R"re(%{BASE10NUM})re"},
    {"BASE16NUM", R"re([+-]?(?:0x)?[0-9A-Fa-f]+)re"},
    {"BASE16FLOAT", R"re([+-]?(?:0x)?(?:[0-9A-Fa-f]+(?:\.[0-9A-Fa-f]*)?|\.[0-9A-Fa-f]+))re"},
    {"POSINT", R"re(\b[1-9][0-9]*\b)re"},
    {"NONNEGINT", R"re(\b[0-9]+\b)re"},
    {"WORD", R"re(\b\w+\b)re"},
    {"NOTSPACE", R"re(\S+)re"},
    {"SPACE", R"re(\s*)re"},
    {"DATA", R"re(.*?)re"},
    {"GREEDYDATA", R"re(.*)re"},
    {"QUOTEDSTRING", R"re((?:"(?:\\.|[^\\"])*"|'(?:\\.|[^\\'])*'|`(?:\\.|[^\\`])*`))re"},
    {"QS", R"re(%{QUOTEDSTRING})re"},
    {"UUID", R"re([A-Fa-f0-9]{8}-(?:[A-Fa-f0-9]{4}-){3}[A-Fa-f0-9]{12})re"},
    {"URN", R"re(urn:[0-9A-Za-z][0-9A-Za-z-]{0,31}:[0-9a-zA-Z()+,.:=@;$_!*'/?#%-]+)re"},
    {"CISCOMAC", R"re((?:[A-Fa-f0-9]{4}\.){2}[A-Fa-f0-9]{4})re"},
    {"WINDOWSMAC", R"re((?:[A-Fa-f0-9]{2}-){5}[A-Fa-f0-9]{2})re"},
    {"COMMONMAC", R"re((?:[A-Fa-f0-9]{2}:){5}[A-Fa-f0-9]{2})re"},
    {"MAC", R"re(%{CISCOMAC}|%{WINDOWSMAC}|%{COMMONMAC})re"},
    {"IPV4", R"re((?:(?:25[0-5]|2[0-4][0-9]|[01]?[0-9]{1,2})\.){3}(?:25[0-5]|2[0-4][0-9]|[01]?[0-9]{1,2})\b)re"},
    {"IPV6",
     R"re((?:(?:(?:[0-9A-Fa-f]{1,4}:){7}(?:[0-9A-Fa-f]{1,4}|:))|(?:(?:[0-9A-Fa-f]{1,4}:){6}(?::[0-9A-Fa-f]{1,4}|(?:%{IPV4})|:))|(?:(?:[0-9A-Fa-f]{1,4}:){5}(?:(?:(?::[0-9A-Fa-f]{1,4}){1,2})|:(?:%{IPV4})|:))|(?:(?:[0-9A-Fa-f]{1,4}:){4}(?:(?:(?::[0-9A-Fa-f]{1,4}){1,3})|(?:(?::[0-9A-Fa-f]{1,4})?:(?:%{IPV4}))|:))|(?:(?:[0-9A-Fa-f]{1,4}:){3}(?:(?:(?::[0-9A-Fa-f]{1,4}){1,4})|(?:(?::[0-9A-Fa-f]{1,4}){0,2}:(?:%{IPV4}))|:))|(?:(?:[0-9A-Fa-f]{1,4}:){2}(?:(?:(?::[0-9A-Fa-f]{1,4}){1,5})|(?:(?::[0-9A-Fa-f]{1,4}){0,3}:(?:%{IPV4}))|:))|(?:(?:[0-9A-Fa-f]{1,4}:){1}(?:(?:(?::[0-9A-Fa-f]{1,4}){1,6})|(?:(?::[0-9A-Fa-f]{1,4}){0,4}:(?:%{IPV4}))|:))|(?::(?:(?:(?::[0-9A-Fa-f]{1,4}){1,7})|(?:(?::[0-9A-Fa-f]{1,4}){0,5}:(?:%{IPV4}))|:)))(?:%[0-9A-Za-z]+)?)re"},
    {"IP", R"re(%{IPV6}|%{IPV4})re"},
    {"HOSTNAME", R"re(\b[0-9A-Za-z][0-9A-Za-z-]{0,62}(?:\.[0-9A-Za-z][0-9A-Za-z-]{0,62})*(?:\.?|\b))re"},
    {"HOST", R"re(%{HOSTNAME})re"},
    {"IPORHOST", R"re(%{IP}|%{HOSTNAME})re"},
    {"HOSTPORT", R"re(%{IPORHOST}:%{POSINT})re"},
    {"UNIXPATH", R"re((?:/[\w%!$@:.,+~-]*)+)re"},
    {"WINPATH", R"re((?:[A-Za-z]+:|\\)(?:\\[^\\?*]*)+)re"},
    {"PATH", R"re(%{UNIXPATH}|%{WINPATH})re"},
    {"TTY", R"re(/dev/(?:pts|tty[pq]?)(?:\w+)?/?[0-9]+)re"},
    {"URIPROTO", R"re([A-Za-z][A-Za-z0-9+.-]+)re"},
    {"URIHOST", R"re(%{IPORHOST}(?::%{POSINT:port})?)re"},
    {"URIPATH", R"re((?:/[A-Za-z0-9$.+!*'(){},~:;=@#%&_-]*)+)re"},
    {"URIQUERY", R"re([A-Za-z0-9$.+!*'|(){},~@#%&/=:;_?\[\]<>-]*)re"},
    {"URIPARAM", R"re(\?%{URIQUERY})re"},
    {"URIPATHPARAM", R"re(%{URIPATH}(?:%{URIPARAM})?)re"},
    {"URI", R"re(%{URIPROTO}://(?:%{USER}(?::[^@]*)?@)?(?:%{URIHOST})?(?:%{URIPATHPARAM})?)re"},
    {"MONTH",
     R"re(\b(?:[Jj]an(?:uar(?:y)?)?|[Ff]eb(?:ruar(?:y)?)?|[Mm](?:a|ä)?r(?:ch|z)?|[Aa]pr(?:il)?|[Mm]a(?:y|i)|[Jj]un(?:e|i)?|[Jj]ul(?:y|i)?|[Aa]ug(?:ust)?|[Ss]ep(?:tember)?|[Oo](?:c|k)t(?:ober)?|[Nn]ov(?:ember)?|[Dd]e(?:c|z)(?:ember)?)\b)re"},
    {"MONTHNUM", R"re(1[0-2]|0?[1-9])re"},
    {"MONTHNUM2", R"re(0[1-9]|1[0-2])re"},
    {"MONTHDAY", R"re(0[1-9]|[12][0-9]|3[01]|[1-9])re"},
    {"DAY", R"re(Mon(?:day)?|Tue(?:sday)?|Wed(?:nesday)?|Thu(?:rsday)?|Fri(?:day)?|Sat(?:urday)?|Sun(?:day)?)re"},
    {"YEAR", R"re([0-9]{4}|[0-9]{2})re"},
    {"HOUR", R"re(2[0-3]|[01]?[0-9])re"},
    {"MINUTE", R"re([0-5][0-9])re"},
    {"SECOND", R"re((?:[0-5]?[0-9]|60)(?:[:.,][0-9]+)?)re"},
    {"TIME", R"re(%{HOUR}:%{MINUTE}:%{SECOND})re"},
    {"DATE_US", R"re(%{MONTHNUM}[/-]%{MONTHDAY}[/-]%{YEAR})re"},
    {"DATE_EU", R"re(%{MONTHDAY}[./-]%{MONTHNUM}[./-]%{YEAR})re"},
    {"DATE", R"re(%{DATE_US}|%{DATE_EU})re"},
    {"ISO8601_TIMEZONE", R"re(Z|[+-]%{HOUR}(?::?%{MINUTE}))re"},
    {"ISO8601_SECOND", R"re(%{SECOND})re"},
    {"TIMESTAMP_ISO8601",
     R"re(%{YEAR}-%{MONTHNUM}-%{MONTHDAY}[T ]%{HOUR}:?%{MINUTE}(?::?%{SECOND})?(?:%{ISO8601_TIMEZONE})?)re"},
    {"DATESTAMP", R"re(%{DATE}[- ]%{TIME})re"},
    {"TZ", R"re([APMCE][SD]T|UTC)re"},
    {"DATESTAMP_RFC822", R"re(%{DAY} %{MONTH} %{MONTHDAY} %{YEAR} %{TIME} %{TZ})re"},
    {"DATESTAMP_RFC2822", R"re(%{DAY}, %{MONTHDAY} %{MONTH} %{YEAR} %{TIME} %{ISO8601_TIMEZONE})re"},
    {"DATESTAMP_OTHER", R"re(%{DAY} %{MONTH} %{MONTHDAY} %{TIME} %{TZ} %{YEAR})re"},
    {"DATESTAMP_EVENTLOG", R"re(%{YEAR}%{MONTHNUM2}%{MONTHDAY}%{HOUR}%{MINUTE}%{SECOND})re"},
    {"HTTPDATE", R"re(%{MONTHDAY}/%{MONTH}/%{YEAR}:%{TIME} %{INT})re"},
    {"SYSLOGTIMESTAMP", R"re(%{MONTH} +%{MONTHDAY} %{TIME})re"},
    {"PROG", R"re([!-Z\\^-~]+)re"},
    {"SYSLOGPROG", R"re(%{PROG:program}(?:\[%{POSINT:pid}\])?)re"},
    {"SYSLOGHOST", R"re(%{IPORHOST})re"},
    {"SYSLOGFACILITY", R"re(<%{NONNEGINT:facility}.%{NONNEGINT:priority}>)re"},
    {"SYSLOGBASE", R"re(%{SYSLOGTIMESTAMP:timestamp} (?:%{SYSLOGFACILITY} )?%{SYSLOGHOST:logsource} %{SYSLOGPROG}:)re"},
    {"SYSLOG5424PRINTASCII", R"re([!-~]+)re"},
    {"SYSLOGBASE2",
     R"re((?:%{SYSLOGTIMESTAMP:timestamp}|%{TIMESTAMP_ISO8601:timestamp8601}) (?:%{SYSLOGFACILITY} )?%{SYSLOGHOST:logsource}+(?: %{SYSLOGPROG}:|))re"},
    // Without the whole as `message`, which would have to be read twice.
    {"SYSLOGPAMSESSION",
     R"re(%{SYSLOGBASE} %{WORD:pam_module}\(%{DATA:pam_caller}\): session %{WORD:pam_session_state} for user %{USERNAME:username}(?: by %{GREEDYDATA:pam_by})?)re"},
    {"CRON_ACTION", R"re([A-Z ]+)re"},
    {"CRONLOG", R"re(%{SYSLOGBASE} \(%{USER:user}\) %{CRON_ACTION:action} \(%{DATA:message}\))re"},
    {"SYSLOG5424PRI", R"re(<%{NONNEGINT:syslog5424_pri}>)re"},
    {"SYSLOG5424SD", R"re(\[%{DATA}\]+)re"},
    {"SYSLOG5424BASE",
     R"re(%{SYSLOG5424PRI}%{NONNEGINT:syslog5424_ver} +(?:%{TIMESTAMP_ISO8601:syslog5424_ts}|-) +(?:%{HOSTNAME:syslog5424_host}|-) +(?:-|%{SYSLOG5424PRINTASCII:syslog5424_app}) +(?:-|%{SYSLOG5424PRINTASCII:syslog5424_proc}) +(?:-|%{SYSLOG5424PRINTASCII:syslog5424_msgid}) +(?:%{SYSLOG5424SD:syslog5424_sd}|-|))re"},
    {"SYSLOG5424LINE", R"re(%{SYSLOG5424BASE} +%{GREEDYDATA:syslog5424_msg})re"},
    {"SYSLOGLINE", R"re(%{SYSLOGBASE2} %{GREEDYDATA:message})re"},
    {"LOGLEVEL",
     R"re((?i:alert|trace|debug|notice|info(?:rmation)?|warn(?:ing)?|err(?:or)?|crit(?:ical)?|fatal|severe|emerg(?:ency)?))re"},
};

std::array<std::span<const GrokPattern>, 4> all_sets() {
  return {patterns, grok_patterns_of_servers(), grok_patterns_of_networks(), grok_patterns_of_backups()};
}

}  // namespace

std::string_view grok_pattern(std::string_view name) {
  for (const auto set : all_sets()) {
    const auto found =
        std::find_if(set.begin(), set.end(), [name](const GrokPattern& one) { return one.name == name; });
    if (found != set.end()) return found->text;
  }
  return {};
}

std::vector<std::string_view> grok_names() {
  std::vector<std::string_view> names;
  for (const auto set : all_sets()) {
    for (const GrokPattern& one : set) names.push_back(one.name);
  }
  return names;
}

}  // namespace fieldgate::codec
