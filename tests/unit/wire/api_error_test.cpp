// The codes of the API: one row for each, and the document has them all.
#include "wire/api_error.hpp"

#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>

using namespace omegasafe::wire;

namespace {

/// The words of the list behind "ErrorCode:" in docs/openapi.yaml.
std::set<std::string> documented_codes() {
    std::ifstream file(OMEGASAFE_SOURCE_DIR "/docs/openapi.yaml");
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const auto begin = text.find("enum: [", text.find("\n    ErrorCode:\n")) + 7;
    auto list = text.substr(begin, text.find(']', begin) - begin);
    for (auto& c : list)
        if (c == ',')
            c = ' ';
    std::istringstream words(list);
    return {std::istream_iterator<std::string>(words), {}};
}

} // namespace

TEST_CASE("wire: every code of the API is documented, and every documented one is known") {
    std::set<std::string> known;
    for (const auto& info : all_api_errors())
        if (info.error != api_error::user_exists) // no route adds users
            known.insert(std::string{info.code});
    CHECK(known == documented_codes());
}

TEST_CASE("wire: a code is read as it is written") {
    for (const auto& info : all_api_errors()) {
        CHECK(parse_api_error(info.code) == info.error);
        CHECK(&info_of(info.error) == &info);
        CHECK((info.status >= 400 && info.status < 600));
    }
    CHECK_FALSE(parse_api_error("of_a_later_server"));
    CHECK(info_of(api_error::role_too_low).status == 403);
    CHECK(info_of(api_error::unavailable).status == 503);
}
