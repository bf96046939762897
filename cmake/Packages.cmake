# The libraries that Fieldgate stands on, all of them Debian packages (see scripts/packages).
find_package(Threads REQUIRED)
if(POLICY CMP0167)
  cmake_policy(SET CMP0167 NEW)  # Boost's own configuration instead of CMake's FindBoost
endif()
find_package(Boost 1.81 REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(ZLIB REQUIRED)
find_package(SQLite3 REQUIRED)
find_library(ZSTD zstd REQUIRED)
find_package(spdlog REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(CLI11 REQUIRED)
find_library(RE2 re2 REQUIRED)
find_package(Lua 5.4 REQUIRED)
find_package(Protobuf REQUIRED)
find_library(PCAP pcap REQUIRED)
find_library(PAHO_C paho-mqtt3as REQUIRED)

# Asio and Beast are compiled once, in reactor/asio.cpp and http/beast.cpp, not in every file that includes them.
add_library(fieldgate_boost INTERFACE)
target_include_directories(fieldgate_boost SYSTEM INTERFACE ${Boost_INCLUDE_DIRS})
target_compile_definitions(fieldgate_boost INTERFACE BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION
                           BOOST_ASIO_NO_DEPRECATED)
target_link_libraries(fieldgate_boost INTERFACE Threads::Threads OpenSSL::SSL OpenSSL::Crypto)
