// The reason codes of MQTT, in an operator's words.
#pragma once

#include <string>

namespace fieldgate::mqtt {

/// Why a broker refused CONNECT: a return code of 3.1.1 (1 to 5) or a reason code of version 5 (0x80 and up; 3.2.2.2),
/// with the code and what to do about it.
std::string connect_refusal(int code);

/// Why a broker of version 5 ended the connection (3.14.2.1).
std::string disconnect_reason(int code);

/// Any other reason code of version 5 (2.4), with the code.
std::string reason_text(int code);

/// True where the broker does not want who we say we are: name, password or rights.
bool is_credential_refusal(int code);

/// True where the broker said that it does not speak our version.
bool is_version_refusal(int code);

}  // namespace fieldgate::mqtt
