// Every JSON output of an end-to-end test is checked against docs/schemas when the test program ends, in one go since
// Python starts slowly; a finding makes the program fail.
#include "tests/support/json_outputs.hpp"

#include <cstdio>
#include <unistd.h>

namespace {

struct check_at_the_end {
    ~check_at_the_end() {
        const auto findings = omegasafe::test::json_findings();
        if (findings.empty())
            return;
        std::fprintf(stderr, "JSON outputs do not fit docs/schemas:\n%s\n", findings.c_str());
        std::fflush(nullptr);
        _exit(1);
    }
};

const check_at_the_end check;

} // namespace
