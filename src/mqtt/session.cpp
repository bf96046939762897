// Session: the wall round Paho.
#include "mqtt/session.hpp"

#include <cstdlib>
#include <cstring>

#include <fmt/format.h>

#include "mqtt/paho.hpp"

namespace fieldgate::mqtt {
namespace {

// Paho's threads end with its last client, which takes up to a second and is where it races (paho.mqtt.c #578, #1669).
// So one client that never connects lives as long as the process, and sessions come and go beside it. It keeps one
// publication that never goes: each new one takes the place of the last, and wakes the sending thread.
MQTTAsync anchor() {
  static const MQTTAsync handle = [] {
    MQTTAsync_init_options options = MQTTAsync_init_options_initializer;
    options.do_openssl_init = 0;
    MQTTAsync_global_init(&options);
    MQTTAsync made = nullptr;
    MQTTAsync_createOptions create = MQTTAsync_createOptions_initializer;
    create.sendWhileDisconnected = 1;
    create.allowDisconnectedSendAtAnyTime = 1;
    create.maxBufferedMessages = 1;
    create.deleteOldestMessages = 1;
    MQTTAsync_createWithOptions(&made, "tcp://127.0.0.1:1", "anchor", MQTTCLIENT_PERSISTENCE_NONE, nullptr, &create);
    return made;
  }();
  return handle;
}

std::string_view view(const MQTTLenString& text) { return {text.data, static_cast<std::size_t>(text.len)}; }

/// For Paho to read and copy.
MQTTLenString lent(std::string_view text) { return {static_cast<int>(text.size()), const_cast<char*>(text.data())}; }

}  // namespace

void nudge() { MQTTAsync_send(anchor(), "nudge", 0, "", 0, 0, nullptr); }

void prepare_process() {
  unsetenv("http_proxy");
  unsetenv("https_proxy");
}

void Session::Paho::Subscribing::end(int code) {
  Event told = paho->event(Event::Kind::subscribed, code);
  told.index = index;
  paho->mailbox->post(std::move(told));
}

void Session::Paho::create() {
  anchor();
  MQTTAsync_createOptions options = MQTTAsync_createOptions_initializer;
  options.MQTTVersion = plan.version;
  options.maxBufferedMessages = plan.window + 1;
  const bool v6 = plan.address.find(':') != std::string::npos;
  const std::string uri = fmt::format("{}://{}{}{}:{}", plan.server.tls ? "ssl" : "tcp", v6 ? "[" : "", plan.address,
                                      v6 ? "]" : "", plan.server.port);
  created = MQTTAsync_createWithOptions(&handle, uri.c_str(), plan.client_id.c_str(), MQTTCLIENT_PERSISTENCE_NONE,
                                        nullptr, &options);
  if (created != MQTTASYNC_SUCCESS) return;
  MQTTAsync_setCallbacks(
      handle, this, [](void* context, char*) { paho(context).tell(Event::Kind::lost); },
      [](void* context, char* topic, int topic_size, MQTTAsync_message* message) {
        paho(context).arrived(topic, topic_size > 0 ? static_cast<std::size_t>(topic_size) : std::strlen(topic),
                              *message);
        MQTTAsync_freeMessage(&message);
        MQTTAsync_free(topic);
        return 1;
      },
      nullptr);
  MQTTAsync_setDisconnected(handle, this, [](void* context, MQTTProperties*, enum MQTTReasonCodes code) {
    paho(context).tell(Event::Kind::farewell, static_cast<int>(code));
  });
  set_outcomes();
}

/// Who hears what became of a publication.
void Session::Paho::set_outcomes() {
  if (v5()) {
    response.onSuccess5 = [](void* item, MQTTAsync_successData5* data) {
      auto& done = *static_cast<Bundle::Item*>(item);
      done.bundle->mailbox_->settle(done, data->reasonCode < 0x80 ? 0 : static_cast<int>(data->reasonCode));
    };
    response.onFailure5 = [](void* item, MQTTAsync_failureData5* data) {
      auto& done = *static_cast<Bundle::Item*>(item);
      done.bundle->mailbox_->settle(done, data->reasonCode >= 0x80 ? static_cast<int>(data->reasonCode) : Bundle::lost);
    };
  } else {
    response.onSuccess = [](void* item, MQTTAsync_successData*) {
      auto& done = *static_cast<Bundle::Item*>(item);
      done.bundle->mailbox_->settle(done, 0);
    };
    response.onFailure = [](void* item, MQTTAsync_failureData*) {
      auto& done = *static_cast<Bundle::Item*>(item);
      done.bundle->mailbox_->settle(done, Bundle::lost);
    };
  }
}

void Session::Paho::arrived(const char* topic, std::size_t topic_size, MQTTAsync_message& message) {
  properties.clear();
  Incoming told{.topic = {topic, topic_size},
                .payload = {static_cast<const char*>(message.payload), static_cast<std::size_t>(message.payloadlen)},
                .qos = message.qos,
                .retain = message.retained != 0};
  for (int i = 0; i < message.properties.count; ++i) {
    const MQTTProperty& property = message.properties.array[i];
    if (property.identifier == MQTTPROPERTY_CODE_USER_PROPERTY)
      properties.push_back({view(property.value.data), view(property.value.value)});
    if (property.identifier == MQTTPROPERTY_CODE_RESPONSE_TOPIC) told.response_topic = view(property.value.data);
    if (property.identifier == MQTTPROPERTY_CODE_CORRELATION_DATA) told.correlation = view(property.value.data);
  }
  told.properties = properties;
  mailbox->deliver(told);
}

/// What a publication is sent with; Paho copies it, but not when it is made: it owns no memory.
MQTTProperties Session::Paho::properties_of(std::string_view content_encoding, std::string_view correlation) {
  MQTTProperties made = MQTTProperties_initializer;
  if (!v5()) return made;
  made.array = outgoing.data();
  made.max_count = static_cast<int>(outgoing.size());
  if (!content_encoding.empty()) {
    MQTTProperty& property = outgoing[static_cast<std::size_t>(made.count++)];
    property.identifier = MQTTPROPERTY_CODE_USER_PROPERTY;
    property.value.data = lent("content-encoding");
    property.value.value = lent(content_encoding);
    made.length += 1 + 2 + property.value.data.len + 2 + property.value.value.len;
  }
  if (!correlation.empty()) {
    MQTTProperty& property = outgoing[static_cast<std::size_t>(made.count++)];
    property.identifier = MQTTPROPERTY_CODE_CORRELATION_DATA;
    property.value.data = lent(correlation);
    made.length += 1 + 2 + property.value.data.len;
  }
  return made;
}

Session::Session(std::shared_ptr<Mailbox> mailbox, Plan plan)
    : paho_(std::make_unique<Paho>(std::move(mailbox), std::move(plan))) {
  paho_->create();
}

Session::~Session() {
  if (paho_->handle != nullptr) MQTTAsync_destroy(&paho_->handle);
}

std::uint64_t Session::number() const { return paho_->plan.session; }

void Session::open() {
  const int result = paho_->created == MQTTASYNC_SUCCESS ? paho_->connect() : paho_->created;
  if (result == MQTTASYNC_SUCCESS) return;
  Event told = paho_->event(Event::Kind::refused);
  told.text = fmt::format("Paho cannot begin to connect ({})", result);
  paho_->mailbox->post(std::move(told));
}

void Session::publish(std::span<Bundle::Item* const> items) {
  for (Bundle::Item* item : items) {
    const Bundle& bundle = *item->bundle;
    paho_->response.context = item;
    paho_->response.properties = paho_->properties_of(bundle.content_encoding_, bundle.correlation(*item));
    const int result =
        MQTTAsync_send(paho_->handle, bundle.topic(*item), static_cast<int>(item->size), bundle.payload(*item).data(),
                       bundle.qos_, bundle.retain_ ? 1 : 0, &paho_->response);
    if (result == MQTTASYNC_SUCCESS) continue;
    paho_->mailbox->settle(*item, result == MQTTASYNC_BAD_UTF8_STRING ? Bundle::invalid : Bundle::lost);
  }
}

void Session::subscribe(std::size_t index, const Subscription& subscription, bool want_retained) {
  using Subscribing = Paho::Subscribing;
  MQTTAsync_responseOptions options = MQTTAsync_responseOptions_initializer;
  Subscribing& context = paho_->subscribing[index];
  context = {paho_.get(), index};
  options.context = &context;
  if (paho_->v5()) {
    options.subscribeOptions.retainHandling = want_retained ? 0 : 2;
    options.subscribeOptions.retainAsPublished = subscription.retain_as_published ? 1 : 0;
    options.onSuccess5 = [](void* self, MQTTAsync_successData5* data) {
      static_cast<Subscribing*>(self)->end(static_cast<int>(data->reasonCode));
    };
    options.onFailure5 = [](void* self, MQTTAsync_failureData5* data) {
      static_cast<Subscribing*>(self)->end(data->reasonCode >= 0x80 ? static_cast<int>(data->reasonCode)
                                                                    : Bundle::lost);
    };
  } else {
    options.onSuccess = [](void* self, MQTTAsync_successData* data) {
      static_cast<Subscribing*>(self)->end(data->alt.qos);
    };
    options.onFailure = [](void* self, MQTTAsync_failureData* data) {
      static_cast<Subscribing*>(self)->end(data->code >= 0x80 ? data->code : Bundle::lost);
    };
  }
  MQTTAsync_subscribe(paho_->handle, subscription.filter.c_str(), subscription.qos, &options);
}

}  // namespace fieldgate::mqtt
