// Every JSON output that run() saw, kept so that a test program can check all of them against docs/schemas.
#pragma once

#include "tests/support/process.hpp"

namespace omegasafe::test {

struct json_output {
    std::string schema; // name of the file in docs/schemas
    std::string text;
};

/// Of this process, in order.
std::vector<json_output>& json_outputs();

/// Keeps the output of `omegasafe args` when it was asked for JSON: by the command's schema, or error's when it failed.
void keep_json_output(const arguments& args, const run_result& result);

/// Checks all of them by one run of tests/support/validate-json: its findings, empty when there are none.
std::string json_findings();

} // namespace omegasafe::test
