# omegasafe_sql_source(target folder): the .sql files of a folder as texts in the program: one generated source that
# defines `const std::map<std::string, std::string>& omegasafe::server::sql_files()`, by path below the folder.
function(omegasafe_sql_source target folder)
  file(GLOB_RECURSE files CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/${folder}/*.sql")
  set(source "${CMAKE_CURRENT_BINARY_DIR}/sql_files.cpp")
  add_custom_command(OUTPUT "${source}"
    COMMAND "${CMAKE_COMMAND}" "-DFOLDER=${CMAKE_SOURCE_DIR}/${folder}" "-DOUTPUT=${source}"
      -P "${CMAKE_SOURCE_DIR}/cmake/write_sql_source.cmake"
    DEPENDS ${files} "${CMAKE_SOURCE_DIR}/cmake/write_sql_source.cmake" VERBATIM)
  target_sources(${target} PRIVATE "${source}")
  set_source_files_properties("${source}" PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
endfunction()
