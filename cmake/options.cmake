# Warnings, sanitizers and build speed, for every target through omegasafe_options.
option(OMEGASAFE_UNITY "compile several sources at once: a full build in a third of the time, a small change in more" OFF)
set(OMEGASAFE_SANITIZE "" CACHE STRING "address (with undefined), thread, fuzzer (clang) or empty")

set(library_by_default OFF)
if(CMAKE_BUILD_TYPE STREQUAL "Release" AND NOT OMEGASAFE_SANITIZE)
  set(library_by_default ON)
endif()
option(OMEGASAFE_LIBRARY "libomegasafe, static and shared, and what cmake --install needs" ${library_by_default})

add_library(omegasafe_options INTERFACE)
if(OMEGASAFE_LIBRARY)
  # The rooms go into the shared library too; what is hidden costs no more than in a program (tests/install looks).
  set(CMAKE_POSITION_INDEPENDENT_CODE ON)
  set(CMAKE_CXX_VISIBILITY_PRESET hidden)
  set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
  target_compile_options(omegasafe_options INTERFACE -fno-semantic-interposition)
endif()
target_compile_options(omegasafe_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion
  -Wnon-virtual-dtor -Woverloaded-virtual -fno-omit-frame-pointer)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 sees overlapping copies in std::string concatenations that do not overlap (its bug 105651).
  target_compile_options(omegasafe_options INTERFACE -Wno-restrict)
endif()

if(OMEGASAFE_SANITIZE STREQUAL "address")
  # The four that look at every access take 40 % of the build; address sees what they see of ours, as a rule, and the
  # fuzz targets and crypto/ (alignment) have them.
  target_compile_options(omegasafe_options INTERFACE -fsanitize=address,undefined
    -fno-sanitize=null,alignment,object-size,vptr -fno-sanitize-recover=undefined)
  target_link_options(omegasafe_options INTERFACE -fsanitize=address,undefined)
elseif(OMEGASAFE_SANITIZE STREQUAL "thread")
  target_compile_options(omegasafe_options INTERFACE -fsanitize=thread)
  target_link_options(omegasafe_options INTERFACE -fsanitize=thread)
elseif(OMEGASAFE_SANITIZE STREQUAL "fuzzer")
  target_compile_options(omegasafe_options INTERFACE -fsanitize=fuzzer-no-link,address,undefined
    -fno-sanitize-recover=undefined)
  target_link_options(omegasafe_options INTERFACE -fsanitize=address,undefined)
else()
  # Sanitizer builds see false positives of -Wmaybe-uninitialized and the like in inlined library code.
  target_compile_options(omegasafe_options INTERFACE -Werror)
endif()

# What makes a bug in memory harder to use (tests/hardening looks at the programs). Every build is linked so; what the
# compiler does needs optimisation and no sanitizer, and is for the builds that are handed on.
target_link_options(omegasafe_options INTERFACE LINKER:-z,relro LINKER:-z,now LINKER:-z,noexecstack)
set(OMEGASAFE_HARDENED OFF)
if(NOT OMEGASAFE_SANITIZE AND CMAKE_BUILD_TYPE MATCHES "^(Release|RelWithDebInfo|MinSizeRel)$")
  set(OMEGASAFE_HARDENED ON)
  set(CMAKE_POSITION_INDEPENDENT_CODE ON)
  set(fortify_level 2)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_GREATER_EQUAL 12)
    set(fortify_level 3)
  endif()
  target_compile_options(omegasafe_options INTERFACE -fstack-protector-strong -fstack-clash-protection
    -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=${fortify_level})
  target_link_options(omegasafe_options INTERFACE $<$<STREQUAL:$<TARGET_PROPERTY:TYPE>,EXECUTABLE>:-pie>)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    # Debian 12's start-up objects are not marked, which would unmark the whole; nothing in them minds a shadow stack.
    target_compile_options(omegasafe_options INTERFACE -fcf-protection=full)
    target_link_options(omegasafe_options INTERFACE LINKER:-z,shstk)
  endif()
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  # What lets ccache take part in builds with precompiled headers (its manual, "Precompiled headers").
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND};-E;env;CCACHE_SLOPPINESS=pch_defines,time_macros;${CCACHE_PROGRAM}")
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(omegasafe_options INTERFACE -fpch-preprocess)
  endif()
endif()
find_program(MOLD_PROGRAM mold)
if(MOLD_PROGRAM)
  target_link_options(omegasafe_options INTERFACE -fuse-ld=mold)
endif()
