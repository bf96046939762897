// Devices and their frames, as the API shows them. For this room's own files.
#pragma once

#include <vector>

#include "admin/answers.hpp"
#include "device/command.hpp"
#include "device/devices.hpp"
#include "device/recorder.hpp"

namespace fieldgate::admin {

/// A device in a list: {"id","state","since","heard","adapter","address","messages","registered","tags"}.
Json device_value(const device::View& view, const device::Tags& gateway_tags);

/// How many devices are in each state: {"online","late","offline","unseen"}.
Json counts_value(const device::Devices& devices);

/// A frame: {"number","time","adapter","peer","direction","verdict","text","size","hex"}, `device` where it was known.
Json frame_value(const device::Recorded& frame);

/// {"incidents": [{"reason","frames": [..]}, ..]}
Json incidents_value(const std::vector<device::Recorder::Incident>& incidents);

/// A command: as it goes north, with {"number","from","accepted","changed","expires","final"}; and several of them.
Json command_value(const device::CommandStatus& status);
Json commands_value(const std::vector<device::CommandStatus>& all);

/// What is said of a device that is not known.
inline constexpr std::string_view no_such_device =
    "There is no such device: it was not heard since the gateway started, and is not registered.";

/// The state of that name; nothing where there is none.
std::optional<device::State> state_of(std::string_view name);

}  // namespace fieldgate::admin
