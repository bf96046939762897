// How Paho is told to connect, and what it tells of how that went.
#include "mqtt/paho.hpp"

#include <algorithm>
#include <cstdint>

namespace fieldgate::mqtt {
namespace {

const char* text_or_null(const std::string& text) { return text.empty() ? nullptr : text.c_str(); }

// RFC 7301: names with a byte of length in front.
std::string alpn_wire(const std::vector<std::string>& names) {
  std::string wire;
  for (const std::string& name : names) {
    wire.push_back(static_cast<char>(name.size()));
    wire += name;
  }
  return wire;
}

void add_number(MQTTProperties& properties, MQTTPropertyCodes code, std::uint32_t number) {
  MQTTProperty property{};
  property.identifier = code;
  const auto size = MQTTProperty_getType(code);
  if (size == MQTTPROPERTY_TYPE_TWO_BYTE_INTEGER) {
    property.value.integer2 = static_cast<unsigned short>(number);
  } else {
    property.value.integer4 = number;
  }
  MQTTProperties_add(&properties, &property);
}

std::uint32_t number_or(MQTTProperties& properties, MQTTPropertyCodes code, std::uint32_t fallback) {
  if (MQTTProperties_hasProperty(&properties, code) == 0) return fallback;
  return static_cast<std::uint32_t>(MQTTProperties_getNumericValue(&properties, code));
}

}  // namespace

void Session::Paho::fill_tls() {
  const config::TlsClientOptions& options = plan.tls;
  tls.trustStore = text_or_null(options.ca_file.native());
  tls.disableDefaultTrustStore = options.ca_file.empty() ? 0 : 1;
  tls.keyStore = text_or_null(options.crt_file.native());
  tls.privateKey = text_or_null(options.key_file.native());
  tls.privateKeyPassword = text_or_null(options.key_pass.reveal());
  tls.enabledCipherSuites = text_or_null(options.ciphers);
  // Paho knows exact versions only, up to 1.2. A cipher of 1.2 that needs a shared key, which we have not, leaves 1.3
  // alone.
  if (options.min_version == "1.3") tls.enabledCipherSuites = "PSK-AES256-GCM-SHA384";
  tls.enableServerCertAuth = options.verify_certificate ? 1 : 0;
  tls.verify = options.verify_hostname ? 1 : 0;
  alpn = alpn_wire(options.alpn);
  if (!alpn.empty()) {
    tls.protos = reinterpret_cast<const unsigned char*>(alpn.data());
    tls.protos_len = static_cast<unsigned int>(alpn.size());
  }
  tls.ssl_error_context = this;
  tls.ssl_error_cb = [](const char* text, std::size_t size, void* context) {
    return paho(context).tls_error(text, size);
  };
}

int Session::Paho::connect() {
  MQTTAsync_connectOptions five = MQTTAsync_connectOptions_initializer5;
  MQTTAsync_connectOptions three = MQTTAsync_connectOptions_initializer;
  MQTTAsync_connectOptions& options = v5() ? five : three;
  MQTTAsync_willOptions will = MQTTAsync_willOptions_initializer;
  MQTTProperties connect_properties = MQTTProperties_initializer;
  options.MQTTVersion = plan.version;
  options.keepAliveInterval = plan.keepalive_s;
  options.connectTimeout = plan.connect_timeout_s;
  options.maxInflight = plan.window;
  options.automaticReconnect = 0;
  options.username = text_or_null(plan.username);
  options.password = text_or_null(plan.password);
  if (plan.server.tls) {
    fill_tls();
    options.ssl = &tls;
  }
  if (plan.will) {
    will.topicName = plan.will->topic.c_str();
    will.payload.data = plan.will->payload.data();
    will.payload.len = static_cast<int>(plan.will->payload.size());
    will.qos = plan.will->qos;
    will.retained = plan.will->retain ? 1 : 0;
    options.will = &will;
  }
  if (v5()) {
    options.cleanstart = plan.clean_start ? 1 : 0;
    add_number(connect_properties, MQTTPROPERTY_CODE_SESSION_EXPIRY_INTERVAL, plan.session_expiry_s);
    add_number(connect_properties, MQTTPROPERTY_CODE_RECEIVE_MAXIMUM, 100);
    add_number(connect_properties, MQTTPROPERTY_CODE_MAXIMUM_PACKET_SIZE, plan.max_packet);
    options.connectProperties = &connect_properties;
  } else {
    options.cleansession = plan.clean_start ? 1 : 0;
  }
  ask_for_answers(options);
  const int result = MQTTAsync_connect(handle, &options);
  MQTTProperties_free(&connect_properties);
  return result;
}

void Session::Paho::ask_for_answers(MQTTAsync_connectOptions& options) {
  options.context = this;
  if (v5()) {
    options.onSuccess5 = [](void* context, MQTTAsync_successData5* data) {
      paho(context).connected(data->alt.connect.sessionPresent, &data->properties);
    };
    options.onFailure5 = [](void* context, MQTTAsync_failureData5* data) {
      paho(context).refused(data->code > 0 ? data->code : static_cast<int>(data->reasonCode), data->message);
    };
  } else {
    options.onSuccess = [](void* context, MQTTAsync_successData* data) {
      paho(context).connected(data->alt.connect.sessionPresent, nullptr);
    };
    options.onFailure = [](void* context, MQTTAsync_failureData* data) {
      paho(context).refused(data->code, data->message);
    };
  }
}

void Session::Paho::connected(int session_present, MQTTProperties* given) {
  Event told = event(Event::Kind::connected);
  told.session_present = session_present != 0;
  if (given != nullptr) {
    told.max_packet = number_or(*given, MQTTPROPERTY_CODE_MAXIMUM_PACKET_SIZE, UINT32_MAX);
    told.max_qos = static_cast<int>(number_or(*given, MQTTPROPERTY_CODE_MAXIMUM_QOS, 2));
    told.receive_maximum = number_or(*given, MQTTPROPERTY_CODE_RECEIVE_MAXIMUM, 65535);
    told.max_keepalive_s = number_or(*given, MQTTPROPERTY_CODE_SERVER_KEEP_ALIVE, UINT32_MAX);
    told.retain_available = number_or(*given, MQTTPROPERTY_CODE_RETAIN_AVAILABLE, 1) != 0;
  }
  mailbox->post(std::move(told));
}

void Session::Paho::refused(int code, const char* message) {
  Event told = event(Event::Kind::refused, std::max(code, 0));
  const std::string_view phase = message != nullptr ? message : "";
  if (!tls_failure.empty()) {
    told.text = "TLS failed: " + tls_failure;
  } else if (phase == "TCP connect completion failure") {
    told.unanswered = true;
    told.text = "the connection was closed before the broker answered";
  } else if (plan.server.tls) {
    told.text = "no connection: nobody listens there, or its certificate is not for '" + plan.address + "'";
  } else {
    told.text = "no connection: nobody listens there, or something between us forbids it";
  }
  mailbox->post(std::move(told));
}

/// OpenSSL's line: "thread:error:code:library:function:reason:file:line:data". The first one tells most.
int Session::Paho::tls_error(const char* text, std::size_t size) {
  if (!tls_failure.empty()) return 1;
  std::string_view rest(text, size);
  for (int field = 0; field < 5 && !rest.empty(); ++field) {
    const std::size_t colon = rest.find(':');
    rest = colon == std::string_view::npos ? std::string_view() : rest.substr(colon + 1);
  }
  rest = rest.substr(0, rest.find(':'));
  tls_failure = rest.empty() ? std::string(text, size) : std::string(rest);
  return 1;
}

}  // namespace fieldgate::mqtt
