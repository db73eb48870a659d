// The HTTP client against a server that does as it is told: TLS, proxies, time-outs, broken connections, kept ones.
#include "net/http_client.hpp"
#include "tests/support/environment.hpp"
#include "tests/support/scripted_server.hpp"
#include <omegasafe/error.hpp>

#include <catch2/catch.hpp>

using namespace omegasafe;
using namespace omegasafe::net;
using namespace omegasafe::test;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

/// Time-outs that a test waits for are short; all others are long enough for the busiest machine.
http_options patient() {
    http_options options;
    options.times = {60s, 60s, 60s};
    options.proxies = {};
    return options;
}

http_client client_of(const scripted_server& server, const http_options& options = patient(), bool tls = true) {
    return http_client{{"localhost", server.port(), tls}, options};
}

failure failure_from(http_client& client, const http_request& request = {}) {
    try {
        client.send(request);
    } catch (const failure& problem) {
        return problem;
    }
    return {errc::none, ""};
}

bool says(const failure& problem, const std::string& words) {
    INFO(problem.what());
    return std::string{problem.what()}.find(words) != std::string::npos;
}

} // namespace

TEST_CASE("a certificate is accepted when SSL_CERT_FILE names it") {
    scripted_server server;
    server.plays({{{"status", 201}, {"headers", {{"X-One", "two"}}}, {"body", "hello"}}});
    const scoped_variable trust{"SSL_CERT_FILE", server.certificate().string()};
    auto client = client_of(server);
    const std::string body = "content";
    const auto answer = client.send({.method = "POST",
        .target = "/a?b=c",
        .headers = {{"X-Mine", "1"}},
        .bearer = "secret",
        .body = crypto::as_bytes(body)});
    CHECK(answer.status == 201);
    CHECK(answer.text() == "hello");
    CHECK(answer.header("x-one") == "two");
    CHECK(!answer.header("x-two"));
    const auto asked = server.requests().at(0);
    CHECK(asked["method"] == "POST");
    CHECK(asked["target"] == "/a?b=c");
    CHECK(asked["body"] == "content");
    CHECK(asked["headers"] == json{{"host", server.address()}, {"x-mine", "1"}, {"content-length", "7"},
                                  {"authorization", "Bearer secret"}});
}

TEST_CASE("a certificate that nobody vouches for is refused, and the sentence says what to do") {
    scripted_server server;
    server.plays({json::object()});
    auto client = client_of(server);
    const auto problem = failure_from(client);
    CHECK(problem.code() == errc::ecs_unavailable);
    CHECK(problem.detail() == certificate_refused);
    CHECK(says(problem, server.address()));
    CHECK(says(problem, "SSL_CERT_FILE"));
    CHECK(server.requests().empty());
}

TEST_CASE("a certificate of another name is refused") {
    scripted_server server{certificate_options{.names = "DNS:other.example,IP:127.0.0.2"}};
    server.plays({json::object()});
    const scoped_variable trust{"SSL_CERT_FILE", server.certificate().string()};
    for (const auto* host : {"localhost", "127.0.0.1"}) {
        http_client client{{host, server.port(), true}, patient()};
        CHECK(failure_from(client).detail() == certificate_refused);
    }
    http_client by_address{{"127.0.0.1", server.port(), true}, patient()};
    const auto problem = failure_from(by_address);
    CHECK(says(problem, "IP address mismatch"));
    CHECK(says(problem, "use a name that it was made for"));
    CHECK_FALSE(says(problem, "SSL_CERT_FILE"));
}

TEST_CASE("an address in the certificate is enough for that address") {
    scripted_server server;
    server.plays({{{"body", "fine"}}});
    const scoped_variable trust{"SSL_CERT_FILE", server.certificate().string()};
    http_client client{{"127.0.0.1", server.port(), true}, patient()};
    CHECK(client.send({}).text() == "fine");
}

TEST_CASE("a certificate that names its host in its subject alone is refused") {
    scripted_server server{certificate_options{.names = "", .common_name = "localhost"}};
    server.plays({json::object()});
    const scoped_variable trust{"SSL_CERT_FILE", server.certificate().string()};
    auto client = client_of(server);
    const auto problem = failure_from(client);
    CHECK(problem.detail() == certificate_refused);
    CHECK(says(problem, "names no host in its subjectAltName"));
    CHECK_FALSE(says(problem, "SSL_CERT_FILE"));
    CHECK(server.requests().empty());
}

TEST_CASE("an expired certificate, and one not yet valid, speak of clock and renewal and not of trusting them") {
    for (const bool trusted : {true, false})
        for (const auto& [certificate, words] : {std::pair{certificate_options{.expired = true}, "has expired"},
                 std::pair{certificate_options{.not_yet_valid = true}, "is not valid yet"}}) {
            scripted_server server{certificate};
            server.plays({json::object()});
            const scoped_variable trust{
                "SSL_CERT_FILE", trusted ? std::optional{server.certificate().string()} : std::nullopt};
            auto client = client_of(server);
            const auto problem = failure_from(client);
            CHECK(problem.detail() == certificate_refused);
            CHECK(says(problem, words));
            CHECK(says(problem, "check the clock of this device"));
            CHECK(says(problem, "renew it"));
            CHECK_FALSE(says(problem, "SSL_CERT_FILE"));
            CHECK_FALSE(says(problem, "development mode"));
        }
}

TEST_CASE("development mode takes any certificate") {
    scripted_server server{certificate_options{.names = "DNS:other.example", .expired = true}};
    server.plays({{{"body", "fine"}}});
    auto options = patient();
    options.check_certificate = false;
    auto client = client_of(server, options);
    CHECK(client.send({}).text() == "fine");
}

TEST_CASE("a connection is kept, and opened anew when the server has closed it") {
    scripted_server server{std::nullopt};
    server.plays({json::object(), {{"close", true}}, {{"body", "third"}}});
    auto client = client_of(server, patient(), false);
    client.send({});
    client.send({});
    CHECK(client.send({.repeatable = true}).text() == "third");
    const auto asked = server.requests();
    REQUIRE(asked.size() == 3);
    CHECK(asked[0]["connection"] == asked[1]["connection"]);
    CHECK(asked[1]["connection"] != asked[2]["connection"]);
}

TEST_CASE("a kept connection that breaks before an answer is tried once more, if that is allowed") {
    scripted_server server{std::nullopt};
    server.plays({json::object(), {{"drop", true}}, {{"body", "again"}}, {{"drop", true}}, json::object()});
    auto client = client_of(server, patient(), false);
    client.send({});
    CHECK(client.sent() == 1);
    CHECK(client.send({.repeatable = true}).text() == "again");
    CHECK(client.sent() == 3);
    CHECK(failure_from(client).code() == errc::ecs_unavailable);
    CHECK(server.requests().size() == 4);
}

TEST_CASE("time-outs: a server that is silent, one that stops half-way, and one that only listens") {
    scripted_server server{std::nullopt};
    server.plays({{{"silent", true}}, {{"pause", true}, {"claim_size", 10}, {"body", "half"}}});
    auto options = patient();
    options.times.idle = 200ms;
    auto client = client_of(server, options, false);
    for (int i = 0; i < 2; ++i) {
        const auto problem = failure_from(client);
        CHECK(problem.code() == errc::ecs_unavailable);
        CHECK(says(problem, "in time"));
    }
    // TLS to a server that speaks none and waits for a line.
    scripted_server mute{std::nullopt};
    options.times.connect = 200ms;
    auto tls = client_of(mute, options);
    CHECK(failure_from(tls).code() == errc::ecs_unavailable);
}

TEST_CASE("the total time ends an answer that trickles") {
    scripted_server server{std::nullopt};
    server.plays({{{"pause", true}, {"claim_size", 10}}});
    auto options = patient();
    options.times.total = 200ms;
    auto client = client_of(server, options, false);
    CHECK(says(failure_from(client), "in time"));
}

TEST_CASE("a connection cut in an answer is no answer") {
    scripted_server server{std::nullopt};
    server.plays({{{"claim_size", 10}, {"body", "half"}}, {{"raw", "HTTP/1.1 200 OK\r\nContent-Le"}}, {{"raw", ""}}});
    auto client = client_of(server, patient(), false);
    for (int i = 0; i < 3; ++i) {
        const auto problem = failure_from(client);
        CHECK(problem.code() == errc::ecs_unavailable);
        CHECK(says(problem, "broke"));
    }
}

TEST_CASE("an answer that is too large or no HTTP is refused") {
    scripted_server server{std::nullopt};
    server.plays({{{"body_size", 1001}}, {{"body_size", 1000}},
        {{"raw", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfff\r\n" + std::string(5000, 'x')}},
        {{"raw", "HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'x')}}, {{"raw", "220 mail.example ESMTP\r\n\r\n"}}});
    auto client = client_of(server, patient(), false);
    CHECK(failure_from(client, {.largest_answer = 1000}).code() == errc::ecs_rejected);
    CHECK(client.send({.largest_answer = 1000}).body.size() == 1000);
    CHECK(failure_from(client, {.largest_answer = 1000}).code() == errc::ecs_rejected);
    CHECK(failure_from(client).code() == errc::ecs_rejected);
    CHECK(says(failure_from(client), "not HTTP"));
}

TEST_CASE("an interim answer is passed over") {
    scripted_server server{std::nullopt};
    server.plays({{{"interim", true}, {"body", "final"}}});
    auto client = client_of(server, patient(), false);
    CHECK(client.send({.method = "PUT"}).text() == "final");
}

TEST_CASE("hosts that do not exist or do not listen are named") {
    http_client nowhere{{"no-such-host.invalid", 443, true}, patient()};
    const auto not_found = failure_from(nowhere);
    CHECK(not_found.code() == errc::ecs_unavailable);
    CHECK(says(not_found, "no-such-host.invalid was not found"));
    std::uint16_t port = 0;
    {
        const scripted_server gone{std::nullopt};
        port = gone.port();
    }
    http_client refused{{"127.0.0.1", port, false}, patient()};
    CHECK(says(failure_from(refused), "refused the connection"));
    CHECK(refused.sent() == 0);
}

TEST_CASE("a line break in a header sends nothing") {
    scripted_server server{std::nullopt};
    server.plays({json::object()});
    auto client = client_of(server, patient(), false);
    CHECK(failure_from(client, {.headers = {{"X", "a\r\nY: b"}}}).code() == errc::ecs_rejected);
    CHECK(failure_from(client, {.target = "/ HTTP/1.1\r\n"}).code() == errc::ecs_rejected);
    CHECK(failure_from(client, {.bearer = "a\nb"}).code() == errc::ecs_rejected);
    CHECK(server.requests().empty());
}

TEST_CASE("a proxy makes the tunnel, and TLS with the server goes through it") {
    scripted_server server{certificate_options{.names = "DNS:ecs.example"}};
    server.plays({{{"body", "through"}}});
    scripted_server proxy{std::nullopt};
    proxy.plays({{{"tunnel", server.port()}}});
    const scoped_variable trust{"SSL_CERT_FILE", server.certificate().string()};
    auto options = patient();
    options.proxies.https_proxy = "http://user:pass@127.0.0.1:" + std::to_string(proxy.port());
    http_client client{{"ecs.example", 8443, true}, options};
    CHECK(client.send({.bearer = "secret"}).text() == "through");
    CHECK(client.send({}).text() == "through");
    const auto asked = proxy.requests();
    REQUIRE(asked.size() == 1);
    CHECK(asked[0]["method"] == "CONNECT");
    CHECK(asked[0]["target"] == "ecs.example:8443");
    CHECK(asked[0]["headers"] == json{{"host", "ecs.example:8443"}, {"proxy-authorization", "Basic dXNlcjpwYXNz"}});
}

TEST_CASE("a proxy that refuses is told apart from the server") {
    scripted_server proxy{std::nullopt};
    proxy.plays({{{"status", 407}}, {{"drop", true}}});
    auto options = patient();
    options.proxies.https_proxy = "127.0.0.1:" + std::to_string(proxy.port());
    http_client client{{"ecs.example", 443, true}, options};
    CHECK(says(failure_from(client), "The proxy on the way to ecs.example refused"));
    CHECK(says(failure_from(client), "broke"));
}
