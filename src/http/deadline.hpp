// Deadlines of sockets are the reactor's.
#pragma once

#include "reactor/deadline.hpp"

namespace fieldgate::http {

using reactor::Deadline;

}  // namespace fieldgate::http
