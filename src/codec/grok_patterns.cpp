// The patterns that grok names: what they mean is Logstash's, how they say it is RE2's.
#include <algorithm>
#include <iterator>
#include <utility>

#include "codec/grok.hpp"

namespace fieldgate::codec {

namespace {

using Entry = std::pair<std::string_view, std::string_view>;

constexpr Entry patterns[] = {
    {"USERNAME", R"re([a-zA-Z0-9._-]+)re"},
    {"USER", R"re(%{USERNAME})re"},
    {"EMAILLOCALPART", R"re([a-zA-Z0-9!#$%&'*+/=?^_`{|}~.-]{1,64})re"},
    {"EMAILADDRESS", R"re(%{EMAILLOCALPART}@%{HOSTNAME})re"},
    {"INT", R"re([+-]?[0-9]+)re"},
    {"BASE10NUM", R"re([+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+))re"},
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
    {"IPV4",
     R"re((?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\b)re"},
    {"IPV6",
     R"re((?:[0-9A-Fa-f]{1,4}:){7}[0-9A-Fa-f]{1,4}|(?:[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{1,4}){0,6})?::(?:[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{1,4}){0,6})?(?:%[0-9A-Za-z]+)?)re"},
    {"IP", R"re(%{IPV6}|%{IPV4})re"},
    {"HOSTNAME", R"re(\b[0-9A-Za-z][0-9A-Za-z-]{0,62}(?:\.[0-9A-Za-z][0-9A-Za-z-]{0,62})*\.?)re"},
    {"HOST", R"re(%{HOSTNAME})re"},
    {"IPORHOST", R"re(%{IP}|%{HOSTNAME})re"},
    {"HOSTPORT", R"re((?:%{IPORHOST}):%{POSINT})re"},
    {"UNIXPATH", R"re((?:/[\w%!$@:.,+~-]*)+)re"},
    {"WINPATH", R"re((?:[A-Za-z]+:|\\)(?:\\[^\\?*]*)+)re"},
    {"PATH", R"re(%{UNIXPATH}|%{WINPATH})re"},
    {"TTY", R"re(/dev/(?:pts|tty[pq]?)(?:\w+)?/?[0-9]+)re"},
    {"URIPROTO", R"re([A-Za-z][A-Za-z0-9+.-]+)re"},
    {"URIHOST", R"re((?:%{IPORHOST})(?::%{POSINT})?)re"},
    {"URIPATH", R"re((?:/[A-Za-z0-9$.+!*'(){},~:;=@#%&_-]*)+)re"},
    {"URIQUERY", R"re([A-Za-z0-9$.+!*'|(){},~@#%&/=:;_?\[\]<>-]*)re"},
    {"URIPARAM", R"re(\?%{URIQUERY})re"},
    {"URIPATHPARAM", R"re(%{URIPATH}(?:%{URIPARAM})?)re"},
    {"URI", R"re(%{URIPROTO}://(?:%{USER}(?::[^@]*)?@)?(?:%{URIHOST})?(?:%{URIPATHPARAM})?)re"},
    {"MONTH",
     R"re(\b(?:[Jj]an(?:uary)?|[Ff]eb(?:ruary)?|[Mm]ar(?:ch)?|[Aa]pr(?:il)?|[Mm]ay|[Jj]une?|[Jj]uly?|[Aa]ug(?:ust)?|[Ss]ep(?:tember)?|[Oo]ct(?:ober)?|[Nn]ov(?:ember)?|[Dd]ec(?:ember)?)\b)re"},
    {"MONTHNUM", R"re(1[0-2]|0?[1-9])re"},
    {"MONTHNUM2", R"re(0[1-9]|1[0-2])re"},
    {"MONTHDAY", R"re(0[1-9]|[12][0-9]|3[01]|[1-9])re"},
    {"DAY", R"re((?:Mon|Tue(?:s)?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?)re"},
    {"YEAR", R"re([0-9]{4}|[0-9]{2})re"},
    {"HOUR", R"re(2[0-3]|[01]?[0-9])re"},
    {"MINUTE", R"re([0-5][0-9])re"},
    {"SECOND", R"re((?:[0-5]?[0-9]|60)(?:[:.,][0-9]+)?)re"},
    {"TIME", R"re((?:%{HOUR}):%{MINUTE}(?::%{SECOND})?)re"},
    {"DATE_US", R"re((?:%{MONTHNUM})[/-](?:%{MONTHDAY})[/-](?:%{YEAR}))re"},
    {"DATE_EU", R"re((?:%{MONTHDAY})[./-](?:%{MONTHNUM})[./-](?:%{YEAR}))re"},
    {"DATE", R"re(%{DATE_US}|%{DATE_EU})re"},
    {"ISO8601_TIMEZONE", R"re(Z|[+-](?:%{HOUR})(?::?%{MINUTE}))re"},
    {"ISO8601_SECOND", R"re(%{SECOND})re"},
    {"TIMESTAMP_ISO8601",
     R"re((?:%{YEAR})-(?:%{MONTHNUM})-(?:%{MONTHDAY})[T ](?:%{HOUR}):?%{MINUTE}(?::?%{SECOND})?(?:%{ISO8601_TIMEZONE})?)re"},
    {"DATESTAMP", R"re((?:%{DATE})[- ]%{TIME})re"},
    {"TZ", R"re([A-Z]{3})re"},
    {"DATESTAMP_RFC822", R"re(%{DAY} %{MONTH} (?:%{MONTHDAY}) (?:%{YEAR}) %{TIME} %{TZ})re"},
    {"DATESTAMP_RFC2822", R"re(%{DAY}, (?:%{MONTHDAY}) %{MONTH} (?:%{YEAR}) %{TIME} (?:%{ISO8601_TIMEZONE}))re"},
    {"DATESTAMP_OTHER", R"re(%{DAY} %{MONTH} (?:%{MONTHDAY}) %{TIME} %{TZ} (?:%{YEAR}))re"},
    {"DATESTAMP_EVENTLOG", R"re((?:%{YEAR})(?:%{MONTHNUM2})(?:%{MONTHDAY})(?:%{HOUR})%{MINUTE}%{SECOND})re"},
    {"HTTPDATE", R"re((?:%{MONTHDAY})/%{MONTH}/(?:%{YEAR}):%{TIME} %{INT})re"},
    {"SYSLOGTIMESTAMP", R"re(%{MONTH} +(?:%{MONTHDAY}) %{TIME})re"},
    {"PROG", R"re([!-Z\\^-~]+)re"},
    {"SYSLOGPROG", R"re(%{PROG:program}(?:\[%{POSINT:pid}\])?)re"},
    {"SYSLOGHOST", R"re(%{IPORHOST})re"},
    {"SYSLOGFACILITY", R"re(<%{NONNEGINT:facility}.%{NONNEGINT:priority}>)re"},
    {"SYSLOGBASE", R"re(%{SYSLOGTIMESTAMP:timestamp} (?:%{SYSLOGFACILITY} )?%{SYSLOGHOST:logsource} %{SYSLOGPROG}:)re"},
    {"SYSLOGLINE",
     R"re((?:%{SYSLOGTIMESTAMP:timestamp}|%{TIMESTAMP_ISO8601:timestamp}) (?:%{SYSLOGFACILITY} )?%{SYSLOGHOST:logsource} %{SYSLOGPROG}:? %{GREEDYDATA:message})re"},
    {"LOGLEVEL",
     R"re((?i:alert|trace|debug|notice|info(?:rmation)?|warn(?:ing)?|err(?:or)?|crit(?:ical)?|fatal|severe|emerg(?:ency)?))re"},
    {"HTTPDUSER", R"re(%{EMAILADDRESS}|%{USER})re"},
    {"HTTPD_COMMONLOG",
     R"re(%{IPORHOST:clientip} %{HTTPDUSER:ident} %{HTTPDUSER:auth} \[%{HTTPDATE:timestamp}\] "(?:%{WORD:verb} %{NOTSPACE:request}(?: HTTP/%{NUMBER:httpversion})?|%{DATA:rawrequest})" (?:-|%{NUMBER:response}) (?:-|%{NUMBER:bytes}))re"},
    {"HTTPD_COMBINEDLOG", R"re(%{HTTPD_COMMONLOG} %{QS:referrer} %{QS:agent})re"},
    {"COMMONAPACHELOG", R"re(%{HTTPD_COMMONLOG})re"},
    {"COMBINEDAPACHELOG", R"re(%{HTTPD_COMBINEDLOG})re"},
    {"REDISTIMESTAMP", R"re((?:%{MONTHDAY}) %{MONTH} %{TIME})re"},
    {"REDISLOG", R"re(\[%{POSINT:pid}\] %{REDISTIMESTAMP:timestamp} \* )re"},
    {"REDISMONLOG",
     R"re(%{NUMBER:timestamp} \[%{INT:database} %{IP:client}:%{NUMBER:port}\] "%{WORD:command}"\s?%{GREEDYDATA:params})re"},
};

}  // namespace

std::string_view grok_pattern(std::string_view name) {
  const auto found =
      std::find_if(std::begin(patterns), std::end(patterns), [name](const Entry& one) { return one.first == name; });
  return found == std::end(patterns) ? std::string_view() : found->second;
}

}  // namespace fieldgate::codec
