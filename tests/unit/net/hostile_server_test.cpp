// The HTTP client against a server that means harm: it sends without end, and what the client keeps stays small.
#include "net/http_client.hpp"
#include "tests/support/environment.hpp"
#include "tests/support/scripted_server.hpp"
#include <omegasafe/error.hpp>

#include <catch2/catch.hpp>
#include <sys/resource.h>

using namespace omegasafe;
using namespace omegasafe::net;
using namespace omegasafe::test;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
constexpr std::size_t largest = 1024 * 1024;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) // which keep what was freed, up to 256 MiB
constexpr long most_growth_kib = 512 * 1024;
#else
constexpr long most_growth_kib = 64 * 1024; // the answer, buffers, and what tests of this program held before
#endif

long peak_kib() {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    return used.ru_maxrss;
}

/// How a request to a server ends that plays `turn`.
errc end_of(const json& turn, http_times times = {60s, 60s, 60s}) {
    scripted_server server;
    server.plays({turn});
    const scoped_variable trust{"SSL_CERT_FILE", server.certificate().string()};
    http_client client{{"localhost", server.port(), true}, {.times = times, .proxies = {}}};
    const auto before = peak_kib();
    auto code = errc::none;
    try {
        client.send({.largest_answer = largest});
    } catch (const failure& problem) {
        code = problem.code();
    }
    CHECK(peak_kib() - before < most_growth_kib);
    return code;
}

} // namespace

TEST_CASE("headers without end are refused") {
    CHECK(end_of({{"before", "HTTP/1.1 200 OK\r\n"}, {"endless", "X-More: and more\r\n"}}) == errc::ecs_rejected);
    CHECK(end_of({{"before", "HTTP/1.1 200 OK\r\nX: "}, {"endless", "x"}}) == errc::ecs_rejected);
}

TEST_CASE("extensions of a chunk without end are refused") {
    CHECK(end_of({{"before", chunked + "5"}, {"endless", ";more=x"}}) == errc::ecs_rejected);
}

TEST_CASE("small chunks with long extensions are refused before they have kept the client for long") {
    CHECK(end_of({{"before", chunked}, {"endless", "1;more=" + std::string(30'000, 'x') + "\r\nx\r\n"}}) ==
          errc::ecs_rejected);
}

TEST_CASE("trailers without end are refused") {
    CHECK(end_of({{"before", chunked + "5\r\nhello\r\n0\r\n"}, {"endless", "X-More: and more\r\n"}}) ==
          errc::ecs_rejected);
}

TEST_CASE("a body without end is refused, in chunks, by its length and without one") {
    CHECK(end_of({{"before", chunked}, {"endless", "5\r\nhello\r\n"}}) == errc::ecs_rejected);
    CHECK(end_of({{"before", "HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551615\r\n\r\n"},
              {"endless", "hello"}}) == errc::ecs_rejected);
    CHECK(end_of({{"before", "HTTP/1.1 200 OK\r\n\r\n"}, {"endless", "hello"}}) == errc::ecs_rejected);
}

TEST_CASE("an answer that drips for ever ends with the time of the whole call") {
    // The pause between two bytes is far below the time for one without any.
    CHECK(end_of({{"before", "HTTP/1.1 200 OK\r\nX: "}, {"endless", "x"}, {"drip", 0.02}}, {60s, 60s, 1s}) ==
          errc::ecs_unavailable);
}
