# libomegasafe, static and shared, from the objects of the rooms that it is made of, and what `cmake --install` puts where.
# Components: library, client, server.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(library_objects "")
foreach(room crypto messages wire net storage ecs actors engine)
  if(TARGET omegasafe_${room})
    list(APPEND library_objects $<TARGET_OBJECTS:omegasafe_${room}>)
  endif()
endforeach()
# Programs that link the static library bring these (omegasafeConfig.cmake.in, omegasafe.pc.in).
set(library_needs OpenSSL::SSL OpenSSL::Crypto CAF::core Threads::Threads xxhash ${CMAKE_DL_LIBS})

set(omegasafe_soversion 0) # until the first release; docs/library.md says what changes it
foreach(kind static shared)
  string(TOUPPER ${kind} KIND)
  add_library(omegasafe_${kind} ${KIND} ${library_objects})
  set_target_properties(omegasafe_${kind} PROPERTIES OUTPUT_NAME omegasafe LINKER_LANGUAGE CXX EXPORT_NAME ${kind})
  target_include_directories(omegasafe_${kind} INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_compile_features(omegasafe_${kind} INTERFACE cxx_std_20)
  install(TARGETS omegasafe_${kind} EXPORT omegasafe_${kind} COMPONENT library)
  install(EXPORT omegasafe_${kind} NAMESPACE omegasafe:: FILE omegasafe-${kind}.cmake
    DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/omegasafe COMPONENT library)
endforeach()
target_link_libraries(omegasafe_static INTERFACE ${library_needs})
set(export_map "${CMAKE_CURRENT_LIST_DIR}/omegasafe.map")
set_target_properties(omegasafe_shared PROPERTIES VERSION ${PROJECT_VERSION} SOVERSION ${omegasafe_soversion}
  LINK_DEPENDS "${export_map}")
target_link_options(omegasafe_shared PRIVATE "LINKER:--version-script=${export_map}" LINKER:--no-undefined)
target_link_libraries(omegasafe_shared PRIVATE $<BUILD_INTERFACE:omegasafe_options> ${library_needs})

install(DIRECTORY include/omegasafe DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT library)
configure_package_config_file(cmake/omegasafeConfig.cmake.in omegasafeConfig.cmake
  INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/omegasafe NO_SET_AND_CHECK_MACRO)
# Before 1.0 a minor version may change the API (docs/library.md).
write_basic_package_version_file(omegasafeConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/omegasafeConfig.cmake" "${CMAKE_CURRENT_BINARY_DIR}/omegasafeConfigVersion.cmake"
  cmake/FindCAF.cmake DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/omegasafe COMPONENT library)
file(RELATIVE_PATH pc_to_prefix "/prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig" /prefix)
configure_file(cmake/omegasafe.pc.in omegasafe.pc @ONLY)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/omegasafe.pc" DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT library)

install(TARGETS omegasafe COMPONENT client)
install(TARGETS omegasafe-ecs COMPONENT server)
# It names /usr/local/bin/omegasafe-ecs: whoever installs elsewhere edits a copy (docs/operating.md).
install(FILES tools/omegasafe-ecs.service DESTINATION lib/systemd/system COMPONENT server)
