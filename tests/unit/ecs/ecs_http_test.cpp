// The HTTP ECS against a server that does as it is told: what is sent, what is tried again, uploads and downloads.
#include "ecs/ecs_http.hpp"
#include "ecs/ecs_http_account.hpp"
#include "storage/files/file_place.hpp"
#include "tests/support/scripted_server.hpp"
#include "wire/upload_terms.hpp"
#include <omegasafe/error.hpp>

#include <catch2/catch.hpp>
#include <set>

using namespace omegasafe;
using namespace omegasafe::ecs;
using namespace omegasafe::test;
using nlohmann::json;

namespace {

const std::string key_id = "11111111-2222-4333-8444-555555555555";
const std::string delta_id = "66666666-7777-4888-8999-aaaaaaaaaaaa";
const std::string attempt_id = "cccccccc-dddd-4eee-8fff-000000000000";
const uuid key_uuid = *crypto::parse_uuid(key_id);
const uuid delta_uuid = *crypto::parse_uuid(delta_id);

ecs_entry entry_of(const scripted_server& server, const std::string& base = "") {
    return {crypto::random_uuid(), "test", ecs_type::http, {}, server.address() + base,
        std::make_shared<const crypto::secure_bytes>(std::string_view{"the-api-key"}), true};
}

retry_policy without_pauses() {
    return {3, [](std::chrono::milliseconds) {}};
}

template <class F>
errc code_of(F call) {
    try {
        call();
        return errc::none;
    } catch (const failure& problem) {
        return problem.code();
    }
}

json claim_turn(std::uint64_t first, std::uint64_t last, bool replayed = false) {
    return json_turn({{"delta_uuid", delta_id}, {"start_global_position", first}, {"end_global_position", last},
        {"replayed", replayed}});
}

json delta_turn(unsigned status = 201) {
    return json_turn({{"delta", {{"delta_uuid", delta_id}, {"seq_number", 1}, {"start_global_position", 0},
                                    {"end_global_position", 99}, {"next_global_position", 0}}}},
        status);
}

json permit_turn(const scripted_server& server, const std::string& content) {
    return json_turn({{"upload_attempt_uuid", attempt_id}, {"method", "PUT"},
                         {"upload_url", "https://" + server.address() + "/objects/1?signature=2"},
                         {"headers", {{"Content-Length", std::to_string(content.size())},
                                         {"Content-MD5", wire::content_md5(crypto::as_bytes(content))},
                                         {"If-None-Match", "*"}, {"x-amz-meta-upload-attempt-uuid", attempt_id}}},
                         {"expires_at", "2026-11-25T16:00:00Z"}},
        201);
}

json download_turn(const scripted_server& server, const std::string& content, std::size_t size) {
    return json_turn({{"method", "GET"}, {"download_url", "https://" + server.address() + "/objects/1"},
        {"headers", json::object()}, {"size_bytes", size},
        {"content_md5", wire::content_md5(crypto::as_bytes(content))}, {"expires_at", "2026-11-25T16:00:00Z"}});
}

} // namespace

TEST_CASE("a claim whose answer is lost is asked for again with the same idempotency key") {
    scripted_server server;
    server.plays({{{"drop", true}}, error_turn(503, "unavailable"), claim_turn(0, 9), claim_turn(10, 19)});
    ecs_http ecs{entry_of(server, "/base"), without_pauses()};
    CHECK(ecs.claim_delta({key_uuid, delta_uuid, 10}) == position_range{0, 9});
    CHECK(ecs.claim_delta({key_uuid, delta_uuid, 10, true}) == position_range{10, 19});
    const auto asked = server.requests();
    REQUIRE(asked.size() == 4);
    CHECK(asked[0]["target"] == "/base/claims/delta");
    CHECK(asked[0]["headers"]["authorization"] == "Bearer the-api-key");
    CHECK(json::parse(asked[0]["body"].get<std::string>()) ==
          json{{"key_uuid", key_id}, {"delta_uuid", delta_id}, {"size", 10}});
    const auto key_of = [&](std::size_t i) { return asked[i]["headers"]["idempotency-key"]; };
    CHECK(crypto::parse_uuid(key_of(0).get<std::string>()));
    CHECK(key_of(0) == key_of(1));
    CHECK(key_of(0) == key_of(2));
    CHECK(key_of(0) != key_of(3));
    CHECK(asked[3]["target"] == "/base/claims/fast_forward");
}

TEST_CASE("an answer to a repetition that was never made is an unsafe claim") {
    scripted_server server;
    const auto replayed = claim_turn(0, 9, true);
    ecs_http ecs{entry_of(server), without_pauses()};
    SECTION("sent once") {
        server.plays({replayed});
        CHECK(code_of([&] { ecs.claim_delta({key_uuid, delta_uuid, 10}); }) == errc::unsafe_claim);
        CHECK(server.requests().size() == 1);
    }
    SECTION("sent again, after an answer that got lost or said not now") {
        const auto lost = GENERATE(json{{"drop", true}}, error_turn(503, "unavailable"));
        server.plays({lost, replayed, replayed});
        CHECK(ecs.claim_delta({key_uuid, delta_uuid, 10}) == position_range{0, 9});
        // The next claim is another one.
        CHECK(code_of([&] { ecs.claim_delta({key_uuid, delta_uuid, 10}); }) == errc::unsafe_claim);
    }
    SECTION("turned away before anything was done") {
        server.plays({error_turn(429, "rate_limited"), replayed});
        CHECK(code_of([&] { ecs.claim_delta({key_uuid, delta_uuid, 10}); }) == errc::unsafe_claim);
    }
}

TEST_CASE("idempotency keys differ where the random bytes do not") {
    const auto random = crypto::random_uuid();
    std::set<uuid> made;
    for (int i = 0; i < 100; ++i)
        made.insert(idempotency_key(random));
    CHECK(made.size() == 100);
    CHECK(made.count(random) == 0);
}

TEST_CASE("claims name the device, the same in all and another at another server") {
    scripted_server server, other;
    const auto device_of = [](scripted_server& at) {
        at.plays({claim_turn(0, 9)});
        ecs_http ecs{entry_of(at), without_pauses()};
        ecs.claim_delta({key_uuid, delta_uuid, 10});
        return at.requests().back()["headers"].value("omegasafe-device", "");
    };
    const auto first = device_of(server);
    CHECK(first.empty() == !storage::this_machine());
    CHECK(device_of(server) == first);
    if (!first.empty()) {
        CHECK(crypto::parse_uuid(first));
        CHECK(first != crypto::to_string(*storage::this_machine()));
        CHECK(device_of(other) != first);
    }
}

TEST_CASE("what would be done twice is sent once") {
    scripted_server server;
    server.plays({error_turn(503, "unavailable")});
    ecs_http ecs{entry_of(server), without_pauses()};
    ecs_http_account account{entry_of(server), without_pauses()};
    const std::vector<std::function<void()>> calls{
        [&] {
            ecs.register_key({key_uuid, "k", "1", 100});
        },
        [&] { ecs.delete_key(key_uuid); },
        [&] {
            ecs.edit_key({key_uuid, "n", {}, {}});
        },
        [&] { account.create_storage({}); },
        [&] {
            account.invite({key_uuid, "a@b", key_role::user});
        },
        [&] {
            account.revoke({key_uuid, "a@b"});
        },
        [&] {
            account.answer({key_uuid, true});
        },
        [&] { account.delete_storage(key_uuid); },
    };
    for (const auto& call : calls)
        CHECK(code_of(call) == errc::ecs_unavailable);
    CHECK(server.requests().size() == calls.size());
    CHECK(code_of([&] { ecs.deltas(key_uuid); }) == errc::ecs_unavailable);
    CHECK(code_of([&] { account.account(); }) == errc::ecs_unavailable);
    CHECK(server.requests().size() == calls.size() + 6);
}

TEST_CASE("a server that asks for patience beyond two seconds is not asked again") {
    scripted_server server;
    auto turn = error_turn(429, "rate_limited");
    turn["headers"]["Retry-After"] = "30";
    server.plays({turn});
    ecs_http ecs{entry_of(server), without_pauses()};
    CHECK(code_of([&] { ecs.deltas(key_uuid); }) == errc::ecs_unavailable);
    CHECK(server.requests().size() == 1);
}

TEST_CASE("a server can set no header of a download, and name no password for a bucket") {
    scripted_server server;
    const auto permit = [&](const json& headers, const std::string& url) {
        return json_turn({{"method", "GET"}, {"download_url", url}, {"headers", headers}, {"size_bytes", 5},
            {"content_md5", "XUFAKrxLKna5cZ2REBfFkg=="}, {"expires_at", "2026-11-25T16:00:00Z"}});
    };
    const auto host = server.address(), place = "https://" + host + "/objects/1";
    ecs_http ecs{entry_of(server), without_pauses()};
    for (const auto* header : {"Host", "Authorization", "Content-Length", "Transfer-Encoding", "X-Other"}) {
        server.plays({permit({{header, "5"}}, place), {{"body", "hello"}}});
        CHECK(code_of([&] { ecs.download(key_uuid, delta_uuid); }) == errc::ecs_rejected);
    }
    for (const auto& url :
        {"https://user:password@" + host + "/objects/1", "https://user@" + host + "/", std::string{"ftp://a/b"}}) {
        server.plays({permit(json::object(), url), {{"body", "hello"}}});
        CHECK(code_of([&] { ecs.download(key_uuid, delta_uuid); }) == errc::ecs_rejected);
    }
    CHECK(server.requests().size() == 8); // nothing was asked of any bucket
    server.plays({permit(json::object(), place), {{"body", "hello"}}});
    CHECK(ecs.download(key_uuid, delta_uuid).size() == 5);
}

TEST_CASE("an answer has as much room as its route needs") {
    scripted_server server;
    const auto padded = [](std::size_t bytes) {
        return json_turn({{"deltas", json::array()}, {"more", std::string(bytes, ' ')}});
    };
    ecs_http ecs{entry_of(server), without_pauses()};
    ecs_http_account account{entry_of(server), without_pauses()};
    server.plays({padded(2'000'000)});
    CHECK(ecs.deltas(key_uuid).empty());
    CHECK(code_of([&] { account.storages(); }) == errc::ecs_rejected);
    server.plays({padded(34'000'000)});
    CHECK(code_of([&] { ecs.deltas(key_uuid); }) == errc::ecs_rejected);
}

TEST_CASE("an upload sends exactly the headers of its permit, and no API key") {
    scripted_server server;
    const std::string content = "sealed Delta";
    server.plays({permit_turn(server, content), json::object(), delta_turn()});
    ecs_http ecs{entry_of(server), without_pauses()};
    ecs.upload(key_uuid, {delta_uuid, 1, {0, 99}, 0}, crypto::as_bytes(content));
    const auto asked = server.requests();
    REQUIRE(asked.size() == 3);
    CHECK(asked[1]["method"] == "PUT");
    CHECK(asked[1]["target"] == "/objects/1?signature=2");
    CHECK(asked[1]["body"] == content);
    CHECK(asked[1]["headers"] == json{{"host", server.address()}, {"content-length", "12"},
                                     {"content-md5", wire::content_md5(crypto::as_bytes(content))},
                                     {"if-none-match", "*"}, {"x-amz-meta-upload-attempt-uuid", attempt_id}});
    CHECK(json::parse(asked[2]["body"].get<std::string>()) ==
          json{{"key_uuid", key_id}, {"delta_uuid", delta_id}, {"upload_attempt_uuid", attempt_id}});
}

TEST_CASE("an upload whose answers are lost is confirmed all the same") {
    scripted_server server;
    const std::string content = "sealed Delta";
    server.plays(
        {permit_turn(server, content), {{"drop", true}}, {{"status", 412}}, {{"drop", true}}, delta_turn(200)});
    ecs_http ecs{entry_of(server), without_pauses()};
    ecs.upload(key_uuid, {delta_uuid, 1, {0, 99}, 0}, crypto::as_bytes(content));
    CHECK(server.requests().size() == 5);
}

TEST_CASE("an upload fails as the server and its storage say") {
    scripted_server server;
    const std::string content = "sealed Delta";
    const auto upload = [&](const json& turns) {
        server.plays(turns);
        ecs_http ecs{entry_of(server), without_pauses()};
        return code_of([&] { ecs.upload(key_uuid, {delta_uuid, 1, {0, 99}, 0}, crypto::as_bytes(content)); });
    };
    CHECK(upload({error_turn(409, "delta_conflict", {{"authoritative_delta_uuid", key_id}})}) == errc::delta_conflict);
    CHECK(upload({permit_turn(server, "another text")}) == errc::ecs_rejected);
    CHECK(upload({permit_turn(server, content), {{"status", 403}}}) == errc::ecs_rejected);
    CHECK(upload({permit_turn(server, content), {{"status", 503}}}) == errc::ecs_unavailable);
    CHECK(upload({permit_turn(server, content), {{"status", 412}}, error_turn(409, "upload_mismatch")}) ==
          errc::ecs_rejected);
    auto other = json_turn({{"delta", {{"delta_uuid", delta_id}, {"seq_number", 2}, {"start_global_position", 0},
                                          {"end_global_position", 99}, {"next_global_position", 0}}}});
    CHECK(upload({permit_turn(server, content), json::object(), other}) == errc::ecs_rejected);
    const std::vector<std::uint8_t> large(limits::delta_container_bytes + 1);
    const auto before = server.requests().size();
    ecs_http ecs{entry_of(server), without_pauses()};
    CHECK(code_of([&] { ecs.upload(key_uuid, {delta_uuid, 1, {0, 99}, 0}, large); }) == errc::ecs_rejected);
    CHECK(server.requests().size() == before);
}

TEST_CASE("a download is what was uploaded or refused") {
    scripted_server server;
    const std::string content = "sealed Delta";
    const auto download = [&](const json& turns) {
        server.plays(turns);
        ecs_http ecs{entry_of(server), without_pauses()};
        return code_of([&] {
            const auto got = ecs.download(key_uuid, delta_uuid);
            CHECK(std::string(got.begin(), got.end()) == content);
        });
    };
    CHECK(download({download_turn(server, content, 12), {{"body", content}}}) == errc::none);
    CHECK(!server.requests().back()["headers"].contains("authorization"));
    CHECK(download({download_turn(server, content, 12), {{"drop", true}}, {{"body", content}}}) == errc::none);
    CHECK(download({download_turn(server, content, 12), {{"body", "sealed Delts"}}}) == errc::container_damaged);
    CHECK(download({download_turn(server, content, 13), {{"body", content}}}) == errc::container_damaged);
    CHECK(download({download_turn(server, content, 12), {{"status", 404}}}) == errc::delta_missing);
    CHECK(download({download_turn(server, content, 12), {{"status", 403}}}) == errc::ecs_rejected);
    CHECK(download({download_turn(server, content, 11 * 1024 * 1024)}) == errc::ecs_rejected);
    CHECK(download({error_turn(404, "delta_unknown")}) == errc::delta_missing);
    CHECK(download({error_turn(422, "storage_limit_reached")}) == errc::ecs_rejected);
}

TEST_CASE("credentials of a storage reach the server in one JSON object") {
    scripted_server server;
    server.plays({json_turn({{"message", "Made."}, {"warning", "A warning."}, {"storage", nullptr}}, 201)});
    ecs_http_account account{entry_of(server), without_pauses()};
    const auto secret = [](std::string_view text) { return std::make_shared<const crypto::secure_bytes>(text); };
    storage_fields fields;
    fields.access_key_id = secret("AKIA");
    fields.secret_access_key = secret("a/b+c=");
    CHECK(account.edit_storage(key_uuid, fields).warning == "A warning.");
    fields.name = "my \"store\"";
    fields.provider = "s3";
    account.create_storage(fields);
    const auto asked = server.requests();
    CHECK(asked[0]["method"] == "PATCH");
    CHECK(json::parse(asked[0]["body"].get<std::string>()) ==
          json{{"storage_uuid", key_id}, {"access_key_id", "AKIA"}, {"secret_access_key", "a/b+c="}});
    CHECK(
        json::parse(asked[1]["body"].get<std::string>()) ==
        json{{"name", "my \"store\""}, {"provider", "s3"}, {"access_key_id", "AKIA"}, {"secret_access_key", "a/b+c="}});
    fields.access_key_id = secret("a\"b");
    CHECK(code_of([&] { account.create_storage(fields); }) == errc::usage);
}
