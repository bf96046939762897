# How everything of ours is compiled: the language, the warnings, the hardening, the sanitizers.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1 -DNDEBUG")
if(FIELDGATE_FUZZ)
  set(CMAKE_CXX_FLAGS_DEBUG "-O2 -g1")  # built once, run for long
else()
  set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g1")  # built often, and by CI with sanitizers
endif()

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # A precompiled header is hashed by ccache only if told that its macros and times do not matter.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${CCACHE})
endif()

add_library(fieldgate_flags INTERFACE)
target_include_directories(fieldgate_flags INTERFACE ${PROJECT_SOURCE_DIR}/src)
target_compile_options(fieldgate_flags INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wold-style-cast -Wnon-virtual-dtor)
if(FIELDGATE_WERROR)
  target_compile_options(fieldgate_flags INTERFACE -Werror)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 sees uninitialised and dangling memory in coroutine frames and std::string where there is none.
  target_compile_options(fieldgate_flags INTERFACE -Wno-maybe-uninitialized -Wno-restrict -Wno-array-bounds -Wno-stringop-overread
                         -Wno-stringop-overflow -Wno-dangling-pointer -Wno-mismatched-new-delete)
else()
  # Designated initializers leave the rest at its default on purpose.
  target_compile_options(fieldgate_flags INTERFACE -Wno-missing-field-initializers)
endif()
target_compile_options(fieldgate_flags INTERFACE -Wno-missing-field-initializers)

# Hardening, as the distributions do it. Fortify needs optimisation.
add_compile_options(-fstack-protector-strong -fstack-clash-protection -D_GLIBCXX_ASSERTIONS)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  add_compile_options(-fcf-protection)
endif()
add_link_options(-Wl,-z,relro,-z,now,-z,noexecstack -Wl,--as-needed)
if(CMAKE_BUILD_TYPE STREQUAL "Release" AND NOT FIELDGATE_SANITIZE)
  add_compile_options(-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
endif()
include(CheckPIESupported)
check_pie_supported()

if(FIELDGATE_SANITIZE)
  add_compile_options(-fsanitize=${FIELDGATE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${FIELDGATE_SANITIZE})
  if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    # Clang 14 cannot place this check's data into coroutines: "Cannot represent a difference across sections".
    add_compile_options(-fno-sanitize=function)
  endif()
endif()
