// Addresses: what a user may type for an ECS, URLs that servers send, and which proxy lies on the way.
#include "net/http_url.hpp"
#include <omegasafe/error.hpp>

#include <catch2/catch.hpp>
#include <rapidcheck.h>

using namespace omegasafe;
using namespace omegasafe::net;

namespace {

std::optional<std::string> normal(const std::string& text) {
    try {
        return parse_ecs_url(text).text();
    } catch (const failure& problem) {
        CHECK(problem.code() == errc::usage);
        return std::nullopt;
    }
}

bool through_proxy(const std::string& host, const std::string& no_proxy, std::uint16_t port = 443) {
    return choose_proxy({host, port, true}, {.https_proxy = "http://proxy:3128", .no_proxy = no_proxy}).has_value();
}

} // namespace

TEST_CASE("the URL of an ECS has one normal form") {
    CHECK(normal("ecs.example.com") == "ecs.example.com");
    CHECK(normal("ECS.Example.COM") == "ecs.example.com");
    CHECK(normal("ecs.example.com:443") == "ecs.example.com");
    CHECK(normal("ecs.example.com/") == "ecs.example.com");
    CHECK(normal("ecs.example.com:8443/Api/v1/") == "ecs.example.com:8443/Api/v1");
    CHECK(normal("localhost:8443") == "localhost:8443");
    CHECK(normal("my_host") == "my_host");
    CHECK(normal("192.0.2.1:1") == "192.0.2.1:1");
    CHECK(normal("[2001:DB8:0::1]:8443/x") == "[2001:db8::1]:8443/x");
    CHECK(normal("[::1]") == "[::1]");
    CHECK(parse_ecs_url("[::1]:8443").origin == http_origin{"::1", 8443, true});
    CHECK(parse_ecs_url("a.b/c").base == "/c");
}

TEST_CASE("an impossible URL of an ECS is refused") {
    for (const auto* text : {"", "https://ecs.example.com", "http://a", "user@host", "user:pass@host", "a b", "a:0",
             "a:65536", "a:", "a:x", "a:08", "a:80:80", ":80", "/base", "-a", "a-", "a..b", ".a", "a.", "a/b?c=d",
             "a/b#c", "a//b", "a/./b", "a/../b", "a?x", "::1", "[::1", "[::1]x", "[1.2.3.4]", "[]", "[fe80::1%eth0]",
             "300.1.1.1", "1.2.3", "a\nb", "a\tb", "h\xc3\xa9", "a/%2e"}) {
        INFO(text);
        CHECK(!normal(text));
    }
    CHECK(!normal(std::string(3000, 'a')));
    CHECK(!normal(std::string(64, 'a')));
}

TEST_CASE("property: whatever is taken for the URL of an ECS is stable") {
    rc::check([] {
        const auto letters = rc::gen::elementOf(std::string{"aZ0.-_:/[]@% ?#~9f"});
        const auto text = *rc::gen::container<std::string>(letters);
        std::optional<std::string> once;
        try {
            once = parse_ecs_url(text).text();
        } catch (const failure& problem) {
            RC_ASSERT(problem.code() == errc::usage);
        }
        if (!once)
            return;
        RC_ASSERT(parse_ecs_url(*once).text() == *once);
        const auto object = parse_object_url("https://" + *once);
        RC_ASSERT((object && object->origin == parse_ecs_url(text).origin));
    });
}

TEST_CASE("property: host, port and base are found again") {
    rc::check([] {
        const auto word = rc::gen::nonEmpty(rc::gen::container<std::string>(rc::gen::inRange('a', 'z')));
        const auto host = (*word).substr(0, 60) + "." + (*word).substr(0, 60);
        const auto port = *rc::gen::inRange(1, 65'536);
        const auto base = "/" + *word;
        const auto url = parse_ecs_url(host + ":" + std::to_string(port) + base);
        RC_ASSERT((url.origin == http_origin{host, static_cast<std::uint16_t>(port), true}));
        RC_ASSERT(url.base == base);
    });
}

TEST_CASE("an object's URL keeps its target as it is") {
    const auto object = parse_object_url("https://bucket.s3.example:9000/a%2Fb/c?X-Sig=a%3D&b=");
    REQUIRE(object);
    CHECK(object->origin == http_origin{"bucket.s3.example", 9000, true});
    CHECK(object->target == "/a%2Fb/c?X-Sig=a%3D&b=");
    CHECK(parse_object_url("HTTP://Host")->origin == http_origin{"host", 80, false});
    CHECK(parse_object_url("http://host?q")->target == "/?q");
    for (const auto* text : {"", "ftp://a/b", "a/b", "https://", "https://u@h/", "https://h/a b", "https://h/a\r\nX: y",
             "https://h/#f", "https:/h", "://h", "http", "https"}) {
        INFO(text);
        CHECK(!parse_object_url(text));
    }
}

TEST_CASE("NO_PROXY names hosts, what is below them, addresses and networks") {
    CHECK(through_proxy("ecs.example.com", ""));
    CHECK(!through_proxy("ecs.example.com", "*"));
    CHECK(!through_proxy("ecs.example.com", "ecs.example.com"));
    CHECK(!through_proxy("ecs.example.com", "other, EXAMPLE.com"));
    CHECK(!through_proxy("ecs.example.com", ".example.com"));
    CHECK(!through_proxy("ecs.example.com", "*.example.com"));
    CHECK(through_proxy("ecs.example.com", "ample.com"));
    CHECK(through_proxy("ecs.example.com", "com.example"));
    CHECK(!through_proxy("ecs.example.com", "example.com:443"));
    CHECK(through_proxy("ecs.example.com", "example.com:8443"));
    CHECK(!through_proxy("10.1.2.3", "10.0.0.0/8"));
    CHECK(through_proxy("11.1.2.3", "10.0.0.0/8"));
    CHECK(!through_proxy("10.1.2.3", "10.1.2.3"));
    CHECK(through_proxy("10.1.2.3", "2.3"));
    CHECK(!through_proxy("2001:db8::1", "2001:db8::/32"));
    CHECK(through_proxy("2001:db9::1", "2001:db8::/32"));
    CHECK(!through_proxy("2001:db8::1", "2001:DB8:0::1"));
    CHECK(through_proxy("ecs.example.com", " , ,/,[,:,10.0.0.0/99"));
}

TEST_CASE("loopback and plain HTTP are reached directly") {
    for (const auto* host : {"localhost", "a.localhost", "127.0.0.1", "127.9.9.9", "::1"})
        CHECK(!through_proxy(host, ""));
    CHECK(!choose_proxy({"ecs.example.com", 80, false}, {.https_proxy = "http://proxy:1"}));
}

TEST_CASE("a proxy's URL may have credentials and need not have a scheme") {
    const http_origin origin{"ecs.example.com", 443, true};
    const auto proxy = choose_proxy(origin, {.https_proxy = "http://us%65r:p%40ss@Proxy.example:3128/"});
    REQUIRE(proxy);
    CHECK(proxy->host == "proxy.example");
    CHECK(proxy->port == 3128);
    CHECK(proxy->authorization == "Basic dXNlcjpwQHNz");
    CHECK(choose_proxy(origin, {.all_proxy = "proxy:8080"})->port == 8080);
    CHECK(choose_proxy(origin, {.https_proxy = "first", .all_proxy = "second"})->host == "first");
    CHECK(!choose_proxy(origin, {}));
    CHECK(choose_proxy(origin, {.https_proxy = "http://user:100%25@proxy"})->authorization == "Basic dXNlcjoxMDAl");
    for (const auto* bad : {"socks5://proxy:1", "https://proxy:1", "http://", "http://a b", "http://user:100%@proxy",
             "http://us%40er:50%x1@proxy"}) {
        try {
            choose_proxy(origin, {.https_proxy = bad});
            FAIL("taken");
        } catch (const failure& problem) {
            CHECK(problem.code() == errc::ecs_unavailable);
        }
    }
}
