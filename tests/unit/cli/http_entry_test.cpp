#include "cli/ask/http_entry.hpp"

#include "cli/ask/sharing.hpp"
#include "tests/support/environment.hpp"

#include <catch2/catch.hpp>
#include <omegasafe/client.hpp>
#include <rapidcheck/catch.h>

using namespace omegasafe;
using namespace omegasafe::cli;

TEST_CASE("an API URL is host, port and base, without a scheme") {
    for (const auto* url : {"ecs.example.org", "localhost:8443", "127.0.0.1:1", "example.org/ecs", "a.b:65535/x/y-z",
             "[2001:db8::1]:8443/ecs", "[::1]"})
        CHECK_FALSE(ecs_url_problem(url));
    for (const auto* url : {"", "https://example.org", "http://example.org", ":8443", "a:0", "a:65536", "a:b",
             "a:", "a b", "user@host", "a/b?c", "a/b#c", "-a", "/base", "[]", "a:1:2", "a\n", "[::1"})
        CHECK(ecs_url_problem(url));
    CHECK(ecs_url_problem("https://example.org")->find("leave https:// out") != std::string::npos);
    CHECK(ecs_url_problem(std::string(3000, 'a')));
}

TEST_CASE("an API key comes from its flag, else from the environment, and is never told") {
    const test::scoped_variable variable(api_key_variable, "from-environment");
    const auto given = [](const std::string& flag) {
        return given_secret(flag, "--api-key", api_key_variable, api_key_problem);
    };
    CHECK(given("from-flag")->text() == "from-flag");
    CHECK(given("")->text() == "from-environment");
    try {
        given("my secret");
        FAIL("taken");
    } catch (const failure& problem) {
        CHECK(problem.code() == errc::usage);
        CHECK(std::string{problem.what()}.find("--api-key") == 0);
        CHECK(std::string{problem.what()}.find("secret") == std::string::npos);
    }
    const test::scoped_variable bad(api_key_variable, "a b");
    CHECK_THROWS_WITH(given(""), Catch::StartsWith(api_key_variable));
    const test::scoped_variable none(api_key_variable, std::nullopt);
    CHECK(given("") == nullptr);
    rc::prop("a key is 1 to 512 visible bytes", [](const std::string& key) {
        const bool fits = !key.empty() && key.size() <= 512 &&
                          std::all_of(key.begin(), key.end(), [](char c) { return c > ' ' && c < 0x7f; });
        RC_ASSERT(!api_key_problem(key) == fits);
    });
}

TEST_CASE("an HTTP ECS that is given whole is not asked about") {
    const test::scoped_variable none(api_key_variable, std::nullopt);
    const auto wanted = choose_http_ecs({"office", "ecs.example.org", "key", true});
    CHECK(wanted.name == "office");
    CHECK(wanted.url == "ecs.example.org");
    CHECK(wanted.api_key->text() == "key");
    CHECK(wanted.development_mode);
    CHECK_THROWS_WITH(choose_http_ecs({"office", "https://x", "key"}), Catch::StartsWith("--api-url: "));
    CHECK_THROWS_WITH(choose_http_ecs({"a\nb", "x", "key"}), Catch::StartsWith("--ecs-name: "));
}

TEST_CASE("roles are named in any case, and e-mail addresses have a name and a host") {
    CHECK(parse_role("user") == key_role::user);
    CHECK(parse_role("Maintainer") == key_role::maintainer);
    CHECK(parse_role("OWNER") == key_role::owner);
    for (const auto* role : {"", "1", "admin"})
        CHECK_THROWS_AS(parse_role(role), failure);
    CHECK(require_email("ann@example.org") == "ann@example.org");
    for (const auto* email : {"", "ann", "@example.org", "ann@", "a@b@c", "a b@c", "ann@example.org\n"})
        CHECK_THROWS_AS(require_email(email), failure);
}
