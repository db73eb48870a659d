// Properties of the rules of storages' fields; single inputs stand in field_table.hpp.
#include "wire/storage_rules.hpp"

#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

using namespace omegasafe::wire;

namespace {

const std::string lower = "abcdefghijklmnopqrstuvwxyz0123456789";
const std::string base64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";

std::string text_of(const std::string& alphabet, int shortest, int longest) {
    const auto size = static_cast<std::size_t>(*rc::gen::inRange(shortest, longest + 1));
    return *rc::gen::container<std::string>(size, rc::gen::elementOf(alphabet));
}

/// `text` with one byte that is not in `alphabet`, anywhere.
std::string spoiled(std::string text, const std::string& alphabet) {
    const auto other =
        *rc::gen::suchThat(rc::gen::arbitrary<char>(), [&](char c) { return alphabet.find(c) == std::string::npos; });
    text[static_cast<std::size_t>(*rc::gen::inRange<int>(0, static_cast<int>(text.size())))] = other;
    return text;
}

} // namespace

TEST_CASE("bucket names: any letters and digits, and nothing else") {
    rc::prop("any 3 to 63 lower-case letters and digits with a letter in front are a name",
        [] { RC_ASSERT(!bucket_name_problem("a" + text_of(lower, 2, 62))); });
    rc::prop("one other byte spoils it",
        [] { RC_ASSERT(bucket_name_problem(spoiled("a" + text_of(lower, 2, 62), lower + "-."))); });
}

TEST_CASE("credentials have their length and alphabet, and a refusal never tells them") {
    rc::prop("what fits is taken", [] {
        RC_ASSERT(!access_key_id_problem(text_of(base64, 16, 128)));
        RC_ASSERT(!secret_access_key_problem(text_of(base64, 32, 128)));
    });
    rc::prop("too short, too long and other bytes are refused", [] {
        RC_ASSERT(access_key_id_problem(text_of(base64, 0, 15)));
        RC_ASSERT(access_key_id_problem(text_of(base64, 129, 200)));
        RC_ASSERT(secret_access_key_problem(text_of(base64, 0, 31)));
        const auto bad = spoiled(text_of(base64, 32, 128), base64);
        const auto reason = secret_access_key_problem(bad);
        RC_ASSERT(reason.has_value());
        RC_ASSERT(reason->find(bad) == std::string::npos);
    });
}
