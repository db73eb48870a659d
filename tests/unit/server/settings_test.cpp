// omegasafe-ecs.ini and its environment.
#include "server/settings.hpp"
#include "tests/support/environment.hpp"
#include "tests/support/temp_dir.hpp"
#include <omegasafe/error.hpp>

#include <catch2/catch.hpp>
#include <map>

using namespace omegasafe;
using namespace omegasafe::server;
using omegasafe::test::scoped_variable;
using omegasafe::test::write_text;

namespace {

struct settings_file {
    test::temp_dir folder;
    std::filesystem::path path = folder / settings_file_name;

    settings load(const std::string& lines) const {
        write_text(path, "[server]\n" + lines);
        return load_settings(path);
    }
    std::string problem(const std::string& lines) const {
        try {
            load(lines);
        } catch (const failure& found) {
            CHECK(found.code() == errc::config_invalid);
            return found.what();
        }
        return "";
    }
};

} // namespace

TEST_CASE_METHOD(settings_file, "server settings: defaults, file, environment, in this order") {
    const auto plain = load("");
    CHECK(plain.listen_port == 8443);
    CHECK(plain.public_url == "https://localhost:8443");
    CHECK(plain.database == "sqlite3:" + (folder / "ecs.sqlite").string());
    CHECK(plain.limits.uploads_daily == 2);
    CHECK(plain.limits.downloads_monthly == 200);
    const auto given = load("listen = [::1]:99\nuploads_daily = 0\ntls_key = k.pem\ndatabase = postgresql:dbname=x\n");
    CHECK(given.listen_host == "::1");
    CHECK(given.listen_port == 99);
    CHECK(given.limits.uploads_daily == 0);
    CHECK(given.tls_key == folder / "k.pem");
    CHECK(given.database == "postgresql:dbname=x");
    const scoped_variable variable{"OMEGASAFE_ECS_UPLOADS_DAILY", "7"};
    CHECK(load("uploads_daily = 3\n").limits.uploads_daily == 7);
}

TEST_CASE_METHOD(settings_file, "server settings: a secret lies in a file that its variable names") {
    const auto secret = folder / "secret";
    write_text(secret, "  a token \n");
    std::filesystem::permissions(secret, std::filesystem::perms(0600));
    const scoped_variable in_file{"OMEGASAFE_ECS_METRICS_TOKEN_FILE", secret.string()};
    CHECK(load("metrics_token = other\n").metrics_token == "  a token ");
    {
        const scoped_variable itself{"OMEGASAFE_ECS_METRICS_TOKEN", "itself"};
        CHECK(load("").metrics_token == "itself");
    }
    std::filesystem::permissions(secret, std::filesystem::perms(0644));
    CHECK_THAT(problem(""), Catch::Contains("OMEGASAFE_ECS_METRICS_TOKEN_FILE") && Catch::Contains("chmod 600"));
    std::filesystem::permissions(secret, std::filesystem::perms(0600));
    const scoped_variable no_secret{"OMEGASAFE_ECS_WORKERS_FILE", secret.string()};
    CHECK(load("").workers == 32);
}

TEST_CASE_METHOD(settings_file, "server settings: what is not usable is named with what would be") {
    CHECK_THAT(problem("listen = nowhere\n"), Catch::Contains("listen") && Catch::Contains("HOST:PORT"));
    CHECK_THAT(problem("workers = 0\n"), Catch::Contains("workers") && Catch::Contains("1 to 256"));
    CHECK_THAT(problem("public_url = http://x\n"), Catch::Contains("https://"));
    CHECK_THAT(problem("database = mysql:x\n"), Catch::Contains("sqlite3:FILE"));
    CHECK_THAT(problem("nonsense = 1\n"), Catch::Contains("nonsense"));
    const scoped_variable variable{"OMEGASAFE_ECS_WORKERS", "many"};
    CHECK_THAT(problem(""), Catch::Contains("OMEGASAFE_ECS_WORKERS"));
}

TEST_CASE_METHOD(settings_file, "server settings: the bucket of the operator is usable before the server starts") {
    std::map<std::string, std::string> bucket{{"internal_storage", "bucket"}, {"internal_bucket_name", "some-bucket"},
        {"internal_region", "eu-central-1"}, {"internal_access_key_id", std::string(20, 'A')},
        {"internal_secret_access_key", std::string(40, 's')}};
    const auto with = [&](const std::string& name, const std::string& value) {
        auto changed = bucket;
        changed[name] = value;
        std::string lines;
        for (const auto& [key, text] : changed)
            lines += key + " = " + text + "\n";
        return problem(lines);
    };
    CHECK(with("internal_remote_path", "deltas/prod").empty());
    for (const auto& [name, bad] :
        {std::pair{"internal_bucket_name", ""}, {"internal_bucket_name", "Some_Bucket"}, {"internal_region", "auto"},
            {"internal_region", ""}, {"internal_remote_path", "a/../b"}, {"internal_access_key_id", "two words"},
            {"internal_secret_access_key", ""}, {"internal_endpoint_url", "https://user@host"}})
        CHECK_THAT(with(name, bad), Catch::Contains(name));
    // Other servers than Amazon's have regions and credentials of their own, and may be spoken to without TLS.
    bucket["internal_endpoint_url"] = "http://127.0.0.1:9000";
    for (const auto* region : {"auto", "us-west-004", "default"})
        CHECK(with("internal_region", region).empty());
    CHECK(with("internal_secret_access_key", "K00_31-characters").empty());
    CHECK_THAT(with("internal_region", "two words"), Catch::Contains("internal_region"));
}

TEST_CASE_METHOD(settings_file, "server settings: the file that init writes has every setting and is valid") {
    const auto text = settings_text({{"listen", "127.0.0.1:1"}});
    for (const auto& info : all_settings())
        CHECK_THAT(text, Catch::Contains(std::string{info.name} + " ="));
    write_text(path, text);
    CHECK(load_settings(path).listen_port == 1);
    CHECK_THROWS_AS(load_settings(folder / "missing.ini"), failure);
}
