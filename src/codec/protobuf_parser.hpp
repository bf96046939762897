// Reading .proto files: text into the descriptor that protoc would make of it.
#pragma once

#include <string>
#include <string_view>

namespace google::protobuf {
class FileDescriptorProto;
}

namespace fieldgate::codec {

/// Reads the text of a .proto (proto2 and proto3) into `file`. Options are skipped but for `packed`; services too.
/// Names of types are left as they are written: the descriptor pool resolves them. Returns what is wrong, with line and
/// column ("3:13: a field's number was expected"); empty: nothing.
std::string parse_proto(std::string_view text, google::protobuf::FileDescriptorProto& file);

}  // namespace fieldgate::codec
