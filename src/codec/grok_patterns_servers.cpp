// The patterns that grok names: what servers log.
#include "codec/grok_patterns.hpp"

namespace fieldgate::codec {

namespace {

constexpr GrokPattern patterns[] =
    {
        // Apache httpd
        {"HTTPDUSER", R"re(%{EMAILADDRESS}|%{USER})re"},
        {"HTTPDERROR_DATE", R"re(%{DAY} %{MONTH} %{MONTHDAY} %{TIME} %{YEAR})re"},
        {"HTTPD_COMMONLOG",
         R"re(%{IPORHOST:clientip} %{HTTPDUSER:ident} %{HTTPDUSER:auth} \[%{HTTPDATE:timestamp}\] "(?:%{WORD:verb} %{NOTSPACE:request}(?: HTTP/%{NUMBER:httpversion})?|%{DATA:rawrequest})" (?:-|%{NUMBER:response}) (?:-|%{NUMBER:bytes}))re"},
        {"HTTPD_COMBINEDLOG", R"re(%{HTTPD_COMMONLOG} %{QS:referrer} %{QS:agent})re"},
        {"HTTPD20_ERRORLOG",
         R"re(\[%{HTTPDERROR_DATE:timestamp}\] \[%{LOGLEVEL:loglevel}\] (?:\[client %{IPORHOST:clientip}\] )?%{GREEDYDATA:message})re"},
        {"HTTPD24_ERRORLOG",
         R"re(\[%{HTTPDERROR_DATE:timestamp}\] \[(?:%{WORD:module})?:%{LOGLEVEL:loglevel}\] \[pid %{POSINT:pid}(?::tid %{NUMBER:tid})?\](?: \(%{POSINT:proxy_errorcode}\)%{DATA:proxy_message}:)?(?: \[client %{IPORHOST:clientip}:%{POSINT:clientport}\])?(?: %{DATA:errorcode}:)? %{GREEDYDATA:message})re"},
        {"HTTPD_ERRORLOG", R"re(%{HTTPD20_ERRORLOG}|%{HTTPD24_ERRORLOG})re"},
        {"COMMONAPACHELOG", R"re(%{HTTPD_COMMONLOG})re"},
        {"COMBINEDAPACHELOG", R"re(%{HTTPD_COMBINEDLOG})re"},
        // HAProxy
        {"HAPROXYTIME", R"re(%{HOUR:haproxy_hour}:%{MINUTE:haproxy_minute}:(?<haproxy_second>[0-5]?[0-9]|60))re"},
        {"HAPROXYDATE",
         R"re(%{MONTHDAY:haproxy_monthday}/%{MONTH:haproxy_month}/%{YEAR:haproxy_year}:%{HAPROXYTIME:haproxy_time}\.%{INT:haproxy_milliseconds})re"},
        {"HAPROXYCAPTUREDREQUESTHEADERS", R"re(%{DATA:captured_request_headers})re"},
        {"HAPROXYCAPTUREDRESPONSEHEADERS", R"re(%{DATA:captured_response_headers})re"},
        {"HAPROXYHTTPBASE",
         R"re(%{IP:client_ip}:%{INT:client_port} \[%{HAPROXYDATE:accept_date}\] %{NOTSPACE:frontend_name} %{NOTSPACE:backend_name}/%{NOTSPACE:server_name} %{INT:time_request}/%{INT:time_queue}/%{INT:time_backend_connect}/%{INT:time_backend_response}/%{NOTSPACE:time_duration} %{INT:http_status_code} %{NOTSPACE:bytes_read} %{DATA:captured_request_cookie} %{DATA:captured_response_cookie} %{NOTSPACE:termination_state} %{INT:actconn}/%{INT:feconn}/%{INT:beconn}/%{INT:srvconn}/%{NOTSPACE:retries} %{INT:srv_queue}/%{INT:backend_queue} (?:\{%{HAPROXYCAPTUREDREQUESTHEADERS}\})?(?: )?(?:\{%{HAPROXYCAPTUREDRESPONSEHEADERS}\})?(?: )?"(?:<BADREQ>|(?:%{WORD:http_verb} (?:%{URIPROTO:http_proto}://)?(?:%{USER:http_user}(?::[^@]*)?@)?(?:%{URIHOST:http_host})?(?:%{URIPATHPARAM:http_request})?(?: HTTP/%{NUMBER:http_version})?))?"?)re"},
        {"HAPROXYHTTP",
         R"re((?:%{SYSLOGTIMESTAMP:syslog_timestamp}|%{TIMESTAMP_ISO8601:timestamp8601}) %{IPORHOST:syslog_server} %{SYSLOGPROG}: %{HAPROXYHTTPBASE})re"},
        {"HAPROXYTCP",
         R"re((?:%{SYSLOGTIMESTAMP:syslog_timestamp}|%{TIMESTAMP_ISO8601:timestamp8601}) %{IPORHOST:syslog_server} %{SYSLOGPROG}: %{IP:client_ip}:%{INT:client_port} \[%{HAPROXYDATE:accept_date}\] %{NOTSPACE:frontend_name} %{NOTSPACE:backend_name}/%{NOTSPACE:server_name} %{INT:time_queue}/%{INT:time_backend_connect}/%{NOTSPACE:time_duration} %{NOTSPACE:bytes_read} %{NOTSPACE:termination_state} %{INT:actconn}/%{INT:feconn}/%{INT:beconn}/%{INT:srvconn}/%{NOTSPACE:retries} %{INT:srv_queue}/%{INT:backend_queue})re"},
        // Squid
        {"SQUID3",
         R"re(%{NUMBER:timestamp}\s+%{NUMBER:duration}\s%{IP:client_address}\s%{WORD:cache_result}/%{NONNEGINT:status_code}\s%{NUMBER:bytes}\s%{WORD:request_method}\s%{NOTSPACE:url}\s(?:-|%{NOTSPACE:user})\s%{WORD:hierarchy_code}/(?:-|%{IPORHOST:server})\s%{NOTSPACE:content_type})re"},
        // Amazon
        {"S3_REQUEST_LINE",
         R"re((?:%{WORD:verb} %{NOTSPACE:request}(?: HTTP/%{NUMBER:httpversion})?|%{DATA:rawrequest}))re"},
        {"S3_ACCESS_LOG",
         R"re(%{WORD:owner} %{NOTSPACE:bucket} \[%{HTTPDATE:timestamp}\] %{IP:clientip} %{NOTSPACE:requester} %{NOTSPACE:request_id} %{NOTSPACE:operation} %{NOTSPACE:key} (?:"%{S3_REQUEST_LINE}"|-) (?:%{INT:response:int}|-) (?:-|%{NOTSPACE:error_code}) (?:%{INT:bytes:int}|-) (?:%{INT:object_size:int}|-) (?:%{INT:request_time_ms:int}|-) (?:%{INT:turnaround_time_ms:int}|-) (?:%{QS:referrer}|-) (?:"?%{QS:agent}"?|-) (?:-|%{NOTSPACE:version_id}))re"},
        {"ELB_URIPATHPARAM", R"re(%{URIPATH:path}(?:%{URIPARAM:params})?)re"},
        {"ELB_URI",
         R"re(%{URIPROTO:proto}://(?:%{USER}(?::[^@]*)?@)?(?:%{URIHOST:urihost})?(?:%{ELB_URIPATHPARAM})?)re"},
        {"ELB_REQUEST_LINE",
         R"re((?:%{WORD:verb} %{ELB_URI:request}(?: HTTP/%{NUMBER:httpversion})?|%{DATA:rawrequest}))re"},
        {"ELB_ACCESS_LOG",
         R"re(%{TIMESTAMP_ISO8601:timestamp} %{NOTSPACE:elb} %{IP:clientip}:%{INT:clientport:int} (?:(?:%{IP:backendip}:?:%{INT:backendport:int})|-) %{NUMBER:request_processing_time:float} %{NUMBER:backend_processing_time:float} %{NUMBER:response_processing_time:float} %{INT:response:int} %{INT:backend_response:int} %{INT:received_bytes:int} %{INT:bytes:int} "%{ELB_REQUEST_LINE}")re"},
        {"CLOUDFRONT_ACCESS_LOG",
         R"re((?<timestamp>%{YEAR}-%{MONTHNUM}-%{MONTHDAY}\t%{TIME})\t%{WORD:x_edge_location}\t(?:%{NUMBER:sc_bytes:int}|-)\t%{IPORHOST:clientip}\t%{WORD:cs_method}\t%{HOSTNAME:cs_host}\t%{NOTSPACE:cs_uri_stem}\t%{NUMBER:sc_status:int}\t%{GREEDYDATA:referrer}\t%{GREEDYDATA:agent}\t%{GREEDYDATA:cs_uri_query}\t%{GREEDYDATA:cookies}\t%{WORD:x_edge_result_type}\t%{NOTSPACE:x_edge_request_id}\t%{HOSTNAME:x_host_header}\t%{URIPROTO:cs_protocol}\t%{INT:cs_bytes:int}\t%{NUMBER:time_taken:float}\t%{GREEDYDATA:x_forwarded_for}\t%{GREEDYDATA:ssl_protocol}\t%{GREEDYDATA:ssl_cipher}\t%{GREEDYDATA:x_edge_response_result_type})re"},
        // Exim
        {"EXIM_MSGID", R"re([0-9A-Za-z]{6}-[0-9A-Za-z]{6}-[0-9A-Za-z]{2})re"},
        {"EXIM_FLAGS", R"re((?:<=|[-=>*]>|[*]{2}|==))re"},
        {"EXIM_DATE", R"re(%{YEAR:exim_year}-%{MONTHNUM:exim_month}-%{MONTHDAY:exim_day} %{TIME:exim_time})re"},
        {"EXIM_PID", R"re(\[%{POSINT:pid}\])re"},
        {"EXIM_QT", R"re((?:(?:\d+y)?(?:\d+w)?(?:\d+d)?(?:\d+h)?(?:\d+m)?(?:\d+s)?))re"},
        {"EXIM_EXCLUDE_TERMS", R"re((?:Message is frozen|(?:Start|End) queue run| Warning: | retry time not reached | no (?:IP address|host name) found for (?:IP address|host) | unexpected disconnection while reading SMTP command | no immediate delivery: |another process is handling this message))re"},
        {"EXIM_REMOTE_HOST",
         R"re((?:H=(?:%{NOTSPACE:remote_hostname} )?(?:\(%{NOTSPACE:remote_heloname}\) )?\[%{IP:remote_host}\]))re"},
        {"EXIM_INTERFACE", R"re((?:I=\[%{IP:exim_interface}\](?::%{NUMBER:exim_interface_port})))re"},
        {"EXIM_PROTOCOL", R"re((?:P=%{NOTSPACE:protocol}))re"},
        {"EXIM_MSG_SIZE", R"re((?:S=%{NUMBER:exim_msg_size}))re"},
        {"EXIM_HEADER_ID", R"re((?:id=%{NOTSPACE:exim_header_id}))re"},
        {"EXIM_SUBJECT", R"re(T=%{QS:exim_subject})re"},
        {"EXIM_UNKNOWN_FIELD", R"re([A-Za-z0-9]{1,4}=(?:%{QUOTEDSTRING}|%{NOTSPACE}))re"},
        {"EXIM_NAMED_FIELDS",
         R"re((?: (?:%{EXIM_REMOTE_HOST}|%{EXIM_INTERFACE}|%{EXIM_PROTOCOL}|%{EXIM_MSG_SIZE}|%{EXIM_HEADER_ID}|%{EXIM_SUBJECT}|%{EXIM_UNKNOWN_FIELD}))*)re"},
        {"EXIM_MESSAGE_ARRIVAL",
         R"re(%{EXIM_DATE:timestamp} (?:%{EXIM_PID} )?%{EXIM_MSGID:exim_msgid} (?<exim_flags><=) (?:<>|(?<exim_sender_email>%{EMAILADDRESS}|%{NOTSPACE}))(?:%{EXIM_NAMED_FIELDS})(?: for %{EMAILADDRESS:exim_recipient_email})?)re"},
        {"EXIM", R"re(%{EXIM_MESSAGE_ARRIVAL})re"},
        // Java
        {"JAVACLASS", R"re((?:[a-zA-Z$_][a-zA-Z$_0-9]*\.)*[a-zA-Z$_][a-zA-Z$_0-9]*)re"},
        {"JAVAFILE", R"re((?:[A-Za-z0-9_. -]+))re"},
        {"JAVAMETHOD", R"re((?:(?:<init>)|[a-zA-Z$_][a-zA-Z$_0-9]*))re"},
        {"JAVASTACKTRACEPART",
         R"re(%{SPACE}at %{JAVACLASS:class}\.%{JAVAMETHOD:method}\(%{JAVAFILE:file}(?::%{NUMBER:line})?\))re"},
        {"JAVATHREAD", R"re((?:[A-Z]{2}-Processor[\d]+))re"},
        {"JAVALOGMESSAGE", R"re((?:.*))re"},
        {"CATALINA_DATESTAMP", R"re(%{MONTH} %{MONTHDAY}, 20%{YEAR} %{HOUR}:?%{MINUTE}(?::?%{SECOND}) (?:AM|PM))re"},
        {"TOMCAT_DATESTAMP",
         R"re(20%{YEAR}-%{MONTHNUM}-%{MONTHDAY} %{HOUR}:?%{MINUTE}(?::?%{SECOND}) %{ISO8601_TIMEZONE})re"},
        {"CATALINALOG", R"re(%{CATALINA_DATESTAMP:timestamp} %{JAVACLASS:class} %{JAVALOGMESSAGE:logmessage})re"},
        {"TOMCATLOG",
         R"re(%{TOMCAT_DATESTAMP:timestamp} \| %{LOGLEVEL:level} \| %{JAVACLASS:class} - %{JAVALOGMESSAGE:logmessage})re"},
        // Ruby
        {"RUBY_LOGLEVEL", R"re((?:DEBUG|FATAL|ERROR|WARN|INFO))re"},
        {"RUBY_LOGGER",
         R"re([DFEWI], \[%{TIMESTAMP_ISO8601:timestamp} #%{POSINT:pid}\] *%{RUBY_LOGLEVEL:loglevel} -- +%{DATA:progname}: %{GREEDYDATA:message})re"},
        // Rails
        {"RUUID", R"re([0-9A-Fa-f]{32})re"},
        {"RCONTROLLER", R"re((?<controller>[^#]+)#(?<action>\w+))re"},
        {"RAILS3HEAD",
         R"re((?s:Started %{WORD:verb} "%{URIPATHPARAM:request}" for %{IPORHOST:clientip} at (?<timestamp>%{YEAR}-%{MONTHNUM}-%{MONTHDAY} %{HOUR}:%{MINUTE}:%{SECOND} %{ISO8601_TIMEZONE})))re"},
        {"RPROCESSING",
         R"re(\W*Processing by %{RCONTROLLER} as (?<format>\S+)(?:\W*Parameters: \{%{DATA:params}\}\W*)?)re"},
        {"RAILS3FOOT",
         R"re(Completed %{NUMBER:response}%{DATA} in %{NUMBER:totalms}ms %{RAILS3PROFILE}%{GREEDYDATA})re"},
        {"RAILS3PROFILE",
         R"re((?:\(Views: %{NUMBER:viewms}ms \| ActiveRecord: %{NUMBER:activerecordms}ms|\(ActiveRecord: %{NUMBER:activerecordms}ms)?)re"},
        {"RAILS3", R"re(%{RAILS3HEAD}(?:%{RPROCESSING})?(?<context>(?:%{DATA}\n)*)(?:%{RAILS3FOOT})?)re"},
        // Redis
        {"REDISTIMESTAMP", R"re(%{MONTHDAY} %{MONTH} %{TIME})re"},
        {"REDISLOG", R"re(\[%{POSINT:pid}\] %{REDISTIMESTAMP:timestamp} \* )re"},
        {"REDISMONLOG",
         R"re(%{NUMBER:timestamp} \[%{INT:database} %{IP:client}:%{NUMBER:port}\] "%{WORD:command}"\s?%{GREEDYDATA:params})re"},
        // PostgreSQL
        {"POSTGRESQL", R"re(%{DATESTAMP:timestamp} %{TZ} %{DATA:user_id} %{GREEDYDATA:connection_id} %{POSINT:pid})re"},
        // MongoDB
        {"MONGO_LOG", R"re(%{SYSLOGTIMESTAMP:timestamp} \[%{WORD:component}\] %{GREEDYDATA:message})re"},
        {"MONGO_QUERY", R"re(\{ .* \})re"},
        {"MONGO_SLOWQUERY",
         R"re(%{WORD} %{MONGO_WORDDASH:database}\.%{MONGO_WORDDASH:collection} %{WORD}: %{MONGO_QUERY:query} %{WORD}:%{NONNEGINT:ntoreturn} %{WORD}:%{NONNEGINT:ntoskip} %{WORD}:%{NONNEGINT:nscanned}.*nreturned:%{NONNEGINT:nreturned}..+ (?<duration>[0-9]+)ms)re"},
        {"MONGO_WORDDASH", R"re(\b[\w-]+\b)re"},
        {"MONGO3_SEVERITY", R"re(\w)re"},
        {"MONGO3_COMPONENT", R"re(%{WORD}|-)re"},
        {"MONGO3_LOG",
         R"re(%{TIMESTAMP_ISO8601:timestamp} %{MONGO3_SEVERITY:severity} %{MONGO3_COMPONENT:component}%{SPACE}(?:\[%{DATA:context}\])? %{GREEDYDATA:message})re"},
        // MCollective
        {"MCOLLECTIVE", R"re(., \[%{TIMESTAMP_ISO8601:timestamp} #%{POSINT:pid}\]%{SPACE}%{LOGLEVEL:event_level})re"},
        {"MCOLLECTIVEAUDIT", R"re(%{TIMESTAMP_ISO8601:timestamp}:)re"},
};

}  // namespace

std::span<const GrokPattern> grok_patterns_of_servers() { return patterns; }

}  // namespace fieldgate::codec
