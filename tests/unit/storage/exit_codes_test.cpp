#include "tests/support/temp_dir.hpp"
#include <omegasafe/error.hpp>

#include <catch2/catch.hpp>
#include <map>
#include <set>
#include <sstream>

using namespace omegasafe;

TEST_CASE("docs/exit-codes.md has every code with its number and name, and no other") {
    std::map<std::string, int> documented;
    std::istringstream page(test::read_text(OMEGASAFE_SOURCE_DIR "/docs/exit-codes.md"));
    for (std::string line; std::getline(page, line);) {
        int number = 0;
        char name[64];
        if (std::sscanf(line.c_str(), "| %d | `%63[a-z_]` |", &number, name) == 2)
            CHECK(documented.emplace(name, number).second);
    }
    std::map<std::string, int> actual;
    std::set<int> numbers;
    for (int code = 0; code <= static_cast<int>(errc::keyring_failed); ++code) {
        actual.emplace(to_string(static_cast<errc>(code)), exit_code(static_cast<errc>(code)));
        numbers.insert(exit_code(static_cast<errc>(code)));
    }
    CHECK(documented == actual);
    CHECK(numbers.size() == actual.size());                    // a number means one thing
    CHECK((*numbers.begin() == 0 && *numbers.rbegin() < 126)); // 126 and above belong to shells
}
