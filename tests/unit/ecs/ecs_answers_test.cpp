// What an HTTP ECS answers, read strictly: fields, classes of refusals, permits for uploads, pauses between tries.
#include "ecs/ecs_http.hpp"
#include "ecs/ecs_http_account.hpp"
#include "wire/upload_terms.hpp"
#include <omegasafe/error.hpp>

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>

using namespace omegasafe;
using namespace omegasafe::ecs;
using net::http_response;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

const std::string id = "11111111-2222-4333-8444-555555555555";
const std::string other_id = "66666666-7777-4888-8999-aaaaaaaaaaaa";

json_answer answer(const json& body) {
    return {std::string_view{body.dump()}, "ecs.example"};
}

template <class F>
failure failure_of_call(F call) {
    try {
        call();
    } catch (const failure& problem) {
        return problem;
    }
    return {errc::none, ""};
}

template <class F>
bool refused(F call) {
    const auto problem = failure_of_call(call);
    INFO(problem.what());
    return problem.code() == errc::ecs_rejected &&
           std::string{problem.what()}.starts_with("The ECS at ecs.example sent an answer that ");
}

/// Every change of one field of `good` that must not be taken.
template <class Parse>
void refuses_each_bad_field(const json& good, Parse parse, const std::vector<std::string>& optional = {}) {
    parse(answer(good));
    for (const auto& [field, value] : good.items()) {
        INFO(field);
        auto bad = good;
        const bool may_lack = std::ranges::find(optional, field) != optional.end();
        bad.erase(field);
        CHECK(refused([&] { parse(answer(bad)); }) == !may_lack);
        bad[field] = nullptr;
        CHECK(refused([&] { parse(answer(bad)); }) == !may_lack);
        bad[field] = json::array({value});
        CHECK(refused([&] { parse(answer(bad)); }));
        bad[field] = -1;
        CHECK(refused([&] { parse(answer(bad)); }));
        bad[field] = 1.5;
        CHECK(refused([&] { parse(answer(bad)); }));
    }
}

const json good_key{{"key_uuid", id}, {"name", "Finance"}, {"omegasafe_version", "0.1.0"},
    {"alpha_global_position_capacity", 907'401'035'776}, {"alpha_next_global_position", 0}, {"storage_uuid", other_id},
    {"storage_name", "OmegaSafe internal"}, {"storage_is_internal", true}, {"role_id", 1}, {"role_name", "Owner"},
    {"user_key_relation_uuid", id}};
const json good_delta{{"delta_uuid", id}, {"seq_number", 1}, {"start_global_position", 0}, {"end_global_position", 99},
    {"next_global_position", 100}};

http_response response(unsigned status, const json& body) {
    const auto text = body.is_string() ? body.get<std::string>() : body.dump();
    return {status, {}, {text.begin(), text.end()}};
}

http_response error_response(unsigned status, const std::string& code, const json& details = nullptr) {
    return response(
        status, {{"error", {{"code", code}, {"message", "Words."}, {"hint", "Hint."}, {"details", details}}}});
}

} // namespace

TEST_CASE("an answer that is no JSON object is refused") {
    for (const auto* text :
        {"", "{", "[]", "null", "1", "{}x", "<html>", "{\"a\":}", "\xef\xbb\xbf{}", "{\"a\":1,\"a\":1}"})
        CHECK(refused([&] { json_answer{std::string_view{text}, "ecs.example"}; }));
}

TEST_CASE("an answer that is deeper or has more in it than any ECS sends is refused before it is built") {
    const auto repeated = [](const std::string& text, std::size_t times) {
        std::string all;
        for (std::size_t i = 0; i < times; ++i)
            all += text;
        return all;
    };
    for (const auto& text :
        {repeated("[", 10'000) + repeated("]", 10'000), "{\"a\":" + repeated("[", 10'000) + repeated("]", 10'000) + "}",
            repeated("{\"a\":", 10'000) + "1" + repeated("}", 10'000), "{\"a\":" + repeated("[", 5'000'000),
            "{\"a\":[0" + repeated(",{}", 2'000'000) + "]}"})
        CHECK(refused([&] { json_answer{text, "ecs.example"}; }));
}

TEST_CASE("the shortest list of fifty thousand Deltas is taken") {
    auto deltas = json::array();
    auto delta = good_delta;
    for (int i = 1; i <= 50'000; ++i) {
        delta["seq_number"] = i;
        deltas.push_back(delta);
    }
    CHECK(parse_ecs_deltas(answer({{"deltas", std::move(deltas)}})).size() == 50'000);
}

TEST_CASE("a part of an answer outlives it") {
    const auto part = answer({{"a", {{"b", {{{"c", "text"}}}}}}}).object("a").list("b").at(0);
    CHECK(part.text("c") == "text");
}

TEST_CASE("keys and Deltas are read strictly") {
    refuses_each_bad_field(good_key, parse_ecs_key);
    refuses_each_bad_field(good_delta, parse_ecs_delta);
    const auto key = parse_ecs_key(answer(good_key));
    CHECK(key.name == "Finance");
    CHECK(key.alpha_capacity == 907'401'035'776);
    CHECK(key.role_id == 1);
    CHECK(key.storage_is_internal);
    for (const auto& [field, value] : std::vector<std::pair<std::string, json>>{{"role_id", 0}, {"role_id", 4},
             {"key_uuid", "x"}, {"alpha_next_global_position", "01"}, {"alpha_next_global_position", 907'401'035'777},
             {"alpha_global_position_capacity", "340282366920938463463374607431768211455"}}) {
        auto bad = good_key;
        bad[field] = value;
        CHECK(refused([&] { parse_ecs_key(answer(bad)); }));
    }
}

TEST_CASE("positions beyond 64 bits come as texts") {
    auto large = good_delta;
    large["start_global_position"] = "340282366920938463463374607431768211400";
    large["end_global_position"] = "340282366920938463463374607431768211454";
    large["next_global_position"] = "340282366920938463463374607431768211455";
    const auto delta = parse_ecs_delta(answer(large));
    CHECK(crypto::to_decimal(delta.positions.first) == "340282366920938463463374607431768211400");
    CHECK(delta.remaining() == 0);
}

TEST_CASE("a Delta with impossible positions is refused") {
    for (const auto& [start, end, next] : {std::array{100, 99, 100}, {0, 99, 101}, {10, 99, 9}}) {
        auto bad = good_delta;
        bad["start_global_position"] = start;
        bad["end_global_position"] = end;
        bad["next_global_position"] = next;
        CHECK(refused([&] { parse_ecs_delta(answer(bad)); }));
    }
    auto zero = good_delta;
    zero["seq_number"] = 0;
    CHECK(refused([&] { parse_ecs_delta(answer(zero)); }));
    CHECK(refused([&] { parse_ecs_deltas(answer({{"deltas", {good_delta, good_delta}}})); }));
    CHECK(refused([&] { parse_ecs_deltas(answer({{"deltas", {1}}})); }));
    CHECK(parse_ecs_deltas(answer({{"deltas", json::array()}})).empty());
}

TEST_CASE("a claim is what was asked for or refused") {
    const json claim{{"delta_uuid", id}, {"start_global_position", 100}, {"end_global_position", 199}};
    const auto delta = crypto::parse_uuid(id);
    CHECK(parse_claim(answer(claim), 100, delta) == position_range{100, 199});
    CHECK(parse_claim(answer(claim), 100, std::nullopt) == position_range{100, 199});
    CHECK(refused([&] { parse_claim(answer(claim), 99, delta); }));
    CHECK(refused([&] { parse_claim(answer(claim), 101, delta); }));
    CHECK(refused([&] { parse_claim(answer(claim), 100, crypto::parse_uuid(other_id)); }));
    auto backwards = claim;
    backwards["end_global_position"] = 99;
    CHECK(refused([&] { parse_claim(answer(backwards), 0, delta); }));
}

TEST_CASE("a permit to upload binds size, MD5, absence and attempt") {
    const json headers{{"Content-Length", "5"}, {"Content-MD5", "XUFAKrxLKna5cZ2REBfFkg=="}, {"If-None-Match", "*"},
        {"x-amz-meta-upload-attempt-uuid", id}};
    const json permit{
        {"upload_attempt_uuid", id}, {"method", "PUT"}, {"upload_url", "https://a/b"}, {"headers", headers}};
    const auto parse = [](const json_answer& a) { return parse_upload_permit(a, 5, "XUFAKrxLKna5cZ2REBfFkg=="); };
    CHECK(wire::content_md5(crypto::as_bytes("hello")) == "XUFAKrxLKna5cZ2REBfFkg==");
    CHECK(parse(answer(permit)).headers.size() == 4);
    refuses_each_bad_field(permit, parse);
    const auto changed = [&](const std::string& name, const json& value) {
        auto bad = permit;
        if (value.is_null())
            bad["headers"].erase(name);
        else
            bad["headers"][name] = value;
        return refused([&] { parse(answer(bad)); });
    };
    for (const auto& [name, value] : headers.items()) {
        CHECK(changed(name, nullptr));
        CHECK(changed(name, "6"));
        CHECK(changed(name, 5));
    }
    CHECK(changed("Authorization", "Bearer x"));
    CHECK(changed("X-Other", ""));
    CHECK(changed("content-length", "5")); // twice
    auto get = permit;
    get["method"] = "GET";
    CHECK(refused([&] { parse(answer(get)); }));
}

TEST_CASE("the account's answers are read strictly") {
    refuses_each_bad_field({{"user_uuid", id}, {"email", "a@b"}, {"name", "A"}}, [](const json_answer& user) {
        parse_account(answer({{"user", {{"user_uuid", user.text("user_uuid")}, {"email", user.text("email")},
                                           {"name", user.text("name")}}},
            {"server_name", "s"}, {"server_version", "1"}}));
    });
    refuses_each_bad_field({{"storage_uuid", id}, {"name", "n"}, {"provider", "s3"}, {"bucket_name", "b"},
                               {"region", "r"}, {"endpoint_url", "e"}, {"remote_path", "p"}, {"is_internal", false},
                               {"storage_type_id", 1}, {"storage_type_name", "t"}, {"storage_badge", "g"}},
        parse_storage, {"bucket_name", "region", "endpoint_url", "remote_path"});
    refuses_each_bad_field({{"invite_uuid", id}, {"key_uuid", id}, {"key_name", "k"}, {"email", "a@b"}, {"role_id", 3},
                               {"role_name", "User"}, {"invited_by_email", "c@d"}, {"created_at", "t"}},
        parse_invite);
    refuses_each_bad_field(
        {{"email", "a@b"}, {"role_id", 2}, {"role_name", "M"}, {"status", "pending"}, {"created_at", "t"}},
        parse_share);
    CHECK(refused([&] {
        parse_share(
            answer({{"email", "a"}, {"role_id", 2}, {"role_name", "M"}, {"status", "odd"}, {"created_at", "t"}}));
    }));
    const auto limits = parse_limits(
        answer({{"message", nullptr}, {"usage", {{"uploads", {{"daily", {{"used", 1}, {"limit", 2}, {"remaining", 1},
                                                                            {"percentage", 50}, {"has_limit", true}}}}},
                                                    {"downloads", json::object()}}}}));
    REQUIRE(limits.uploads.size() == 1);
    CHECK(limits.uploads[0].remaining == 1);
    CHECK(limits.uploads[0].has_limit == true);
    CHECK(limits.has_usage);
    CHECK(!parse_limits(answer({{"message", "Not internal."}, {"usage", nullptr}})).has_usage);
}

TEST_CASE("refusals are classed by status and code") {
    const auto code = [](const http_response& r) { return failure_of(r, "ecs.example").code(); };
    for (const unsigned status : {408U, 429U, 500U, 502U, 503U, 504U}) {
        CHECK(code(error_response(status, "any")) == errc::ecs_unavailable);
        CHECK(code(response(status, "<html>")) == errc::ecs_unavailable);
        CHECK(failure_of(response(status, ""), "x").detail() == answered_not_now);
    }
    for (const unsigned status : {401U, 403U}) {
        CHECK(code(error_response(status, "any")) == errc::ecs_authentication);
        CHECK(code(response(status, "")) == errc::ecs_authentication);
    }
    CHECK(code(error_response(404, "key_unknown")) == errc::key_unknown);
    CHECK(code(error_response(404, "delta_unknown")) == errc::delta_missing);
    CHECK(code(error_response(404, "storage_unknown")) == errc::ecs_rejected);
    CHECK(code(error_response(422, "storage_limit_reached")) == errc::ecs_rejected);
    CHECK(code(error_response(409, "idempotency_mismatch")) == errc::ecs_rejected);
    CHECK(code(response(404, "not found")) == errc::ecs_rejected);
    CHECK(failure_of(error_response(409, "key_exists"), "x").what() == std::string{"Words. Hint."});
}

TEST_CASE("refusals name a way out that a user of this program has") {
    const auto words = [](unsigned status, const char* code) -> std::string {
        return failure_of(error_response(status, code), "x").what();
    };
    CHECK(words(401, "unauthenticated") == "Words. Check the API key; edit-ecs --update-api-key sets another one.");
    CHECK(words(403, "role_too_low") == "Words. Ask an Owner of the key.");
    CHECK(words(422, "storage_limit_reached") == "Words.");
    CHECK(words(422, "storage_unusable") == "Words. Hint."); // no better one here: the server's
    for (const auto& no_such_place : {error_response(404, "route_unknown"), response(404, "<html>")})
        CHECK_THAT(failure_of(no_such_place, "x").what(), Catch::Contains("is its URL right, with its base path?"));
}

TEST_CASE("refusals carry what a caller may act on") {
    const auto full = failure_of(error_response(409, "capacity_exhausted", {{"positions_left", 7}}), "x");
    CHECK(full.code() == errc::ecs_full);
    CHECK(full.detail() == "7");
    const auto large =
        failure_of(error_response(409, "capacity_exhausted", {{"positions_left", "123456789012345678901"}}), "x");
    CHECK(large.detail() == "123456789012345678901");
    CHECK(failure_of(error_response(409, "capacity_exhausted"), "x").code() == errc::ecs_rejected);
    const auto conflict = failure_of(error_response(409, "delta_conflict", {{"authoritative_delta_uuid", id}}), "x");
    CHECK(conflict.code() == errc::delta_conflict);
    CHECK(conflict.detail() == id);
    const auto old = failure_of(error_response(409, "delta_not_newest", {{"newest_delta_uuid", other_id}}), "x");
    CHECK(old.code() == errc::delta_conflict);
    CHECK(old.detail() == other_id);
    CHECK(
        failure_of(error_response(409, "delta_conflict", {{"authoritative_delta_uuid", nullptr}}), "x").detail() == "");
}

TEST_CASE("a server's words are shown in one line and not endlessly") {
    const auto shown = failure_of(
        response(409, {{"error", {{"code", "c"}, {"message", "a\nb\x1b[31m" + std::string(2000, 'x')}}}}), "x");
    const std::string words = shown.what();
    CHECK(words.starts_with("a b [31m"));
    CHECK(words.size() < 600);
}

TEST_CASE("pauses grow, and a server may ask for up to two seconds") {
    for (int i = 0; i < 100; ++i) {
        const auto second = pause_before(2, {});
        const auto third = pause_before(3, {});
        CHECK((*second >= 100ms && *second <= 200ms));
        CHECK((*third >= 200ms && *third <= 400ms));
    }
    CHECK(pause_before(2, "1") == 1000ms);
    CHECK(pause_before(2, "2") == 2000ms);
    CHECK(!pause_before(2, "3"));
    CHECK(!pause_before(2, "99999999999999999999999"));
    for (const auto* nonsense : {"", "soon", "-1", "1.5", "Wed, 25 Nov 2026 16:00:00 GMT"})
        CHECK(*pause_before(2, nonsense) <= 200ms);
}

TEST_CASE("only what is safe is tried again, at most three times") {
    unsigned attempts = 0;
    std::vector<std::chrono::milliseconds> pauses;
    const retry_policy policy{3, [&](std::chrono::milliseconds p) { pauses.push_back(p); }};
    std::optional<std::string> retry_after;
    const auto run = [&](repeat how, const failure& problem, unsigned failures) {
        attempts = 0;
        pauses.clear();
        return failure_of_call([&] {
            with_retries(policy, how, retry_after, [&]() -> http_response {
                if (++attempts <= failures)
                    throw problem;
                return {};
            });
        }).code();
    };
    const failure away{errc::ecs_unavailable, "Away."};
    CHECK(run(repeat::safe, away, 2) == errc::none);
    CHECK(attempts == 3);
    CHECK(pauses.size() == 2);
    CHECK(run(repeat::safe, away, 9) == errc::ecs_unavailable);
    CHECK(attempts == 3);
    CHECK(run(repeat::never, away, 9) == errc::ecs_unavailable);
    CHECK(attempts == 1);
    CHECK(run(repeat::safe, {errc::ecs_rejected, "No."}, 9) == errc::ecs_rejected);
    CHECK(attempts == 1);
    CHECK(run(repeat::safe, {errc::ecs_unavailable, "Certificate.", net::certificate_refused}, 9) ==
          errc::ecs_unavailable);
    CHECK(attempts == 1);
}
