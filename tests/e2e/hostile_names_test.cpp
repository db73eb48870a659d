// Names that would steer a terminal, through every command that shows them: results, errors, JSON, questions, progress.
#include "crypto/shown_text.hpp"
#include "tests/e2e/e2e_support.hpp"
#include "tests/support/ecs_server.hpp"
#include "tests/support/scripted_server.hpp"

using namespace omegasafe::test;

namespace {

/// C1 as a character, the marks that turn the direction of writing: all of it UTF-8, as names of keys and ECS must be.
const std::string hostile = "n\xc2\x9b"
                            "2J\xe2\x80\xae\xe2\x81\xa6\xe2\x80\x8f\xd8\x9c";
const std::string hostile_shown = R"(n\u009b2J\u202e\u2066\u200f\u061c)";
/// What a file may be called besides: C1 as a byte, which is no UTF-8. In a path of ours also ESC and line ends.
const std::string hostile_file = hostile + "\x9b\x85";
const std::string hostile_path = hostile_file + "\x1b[2J\nomegasafe: error: forged";

void require_harmless(const std::string& text) {
    INFO(text);
    REQUIRE(omegasafe::crypto::shown_lines(text) == text);
    REQUIRE(("\n" + text).find("\nomegasafe: error: forged") == std::string::npos);
}

/// Runs the command plain and with --json, which both must end with `code`; gives both outputs.
std::pair<run_result, json> both(const config_root& root, const arguments& args, int code = 0) {
    const auto plain = root.run(args), with_json = root.run(args + arguments{"--json"});
    INFO(plain.describe() << with_json.describe());
    REQUIRE(plain.exit_code == code);
    for (const auto& text : {plain.out, plain.err, with_json.out, with_json.err})
        require_harmless(text);
    if (code != 0)
        CHECK(std::ranges::count(plain.err, '\n') == 1);
    return {plain, json::parse(with_json.out)};
}

struct hostile_root {
    config_root root;
    std::string key, ecs;

    hostile_root() {
        root.initialise();
        ecs = json_of(root, {"create-sfc-ecs", "-n", hostile, "-p", (root.folder() / (hostile_file + ".sfc")).string(),
                                "-y"})["ecs_uuid"];
        key = root.create_key(hostile);
    }
    std::string in_folder(const std::string& name) const { return (root.folder() / name).string(); }
};

} // namespace

TEST_CASE_METHOD(hostile_root, "names of keys and ECS do not steer the terminal, and are exact in JSON") {
    const auto [keys, keys_json] = both(root, {"list-keys"});
    CHECK(keys.out.find(hostile_shown) != std::string::npos);
    CHECK(keys_json["keys"][0]["key_name_local"] == hostile);
    CHECK(both(root, {"view-key", "-k", key}).second["key_summary"]["external_claims_storage_name"] == hostile);
    const auto [ecs_list, ecs_json] = both(root, {"list-ecs"});
    CHECK(ecs_list.out.find(hostile_shown) != std::string::npos);
    CHECK(ecs_json["entries"][0]["ecs_name"] == hostile);
    CHECK_FALSE(ecs_json["entries"][0].contains("ecs_name_base64"));
    CHECK(ecs_json["entries"][0]["path_base64"].is_string());
    both(root, {"edit-key", "-k", key, "-n", hostile});
    both(root, {"pull-missing-deltas", "-k", key});
    both(root, {"key-storage-limits", "-k", key});
    both(root, {"list-ecs-storages", "-e", ecs});
    both(root, {"list-invites", "-e", ecs}, 67);
    both(root, {"create-sfc-ecs", "-n", hostile, "-p", in_folder("x.sfc"), "-y"}, 62);
    both(root, {"edit-ecs", "-e", ecs, "-n", hostile});
    both(root, {"export-ecs", "-e", ecs, "-o", in_folder(hostile_path)}, 0);
}

TEST_CASE_METHOD(hostile_root, "names of files do not steer the terminal, and none is changed silently in JSON") {
    const auto input = root.make_file("in" + hostile_file, 1000).string(), out = in_folder("out");
    const auto other = root.make_file("other" + hostile_path, 1000).string();
    fs::create_directory(out);
    const auto sealed_json = json_of(root, {"encrypt", "-i", input, "-k", key, "-o", out, "-f", hostile_file});
    CHECK(sealed_json["output_path_base64"] == omegasafe::crypto::base64_of(out + "/" + hostile_file));
    const auto sealed = out + "/" + hostile_file;
    both(root, {"inspect", "-i", sealed});
    both(root, {"verify", "-i", sealed});
    both(root, {"decrypt", "-i", sealed, "-o", out, "-f", hostile_file + "2", "--overwrite"});
    both(root, {"decrypt", "-i", sealed, "-o", out, "-f", hostile_file}, 11);
    both(root, {"encrypt", "-i", in_folder("none" + hostile_path), "-k", key}, 10);
    both(root, {"encrypt", "-i", other, "-k", key}, 2); // it cannot be stored
    both(root, {"decrypt", "-i", other}, 40);
    both(root, {"inspect", "-i", other}, 40);
    both(root, {"import-key", "-e", ecs, "-i", other}, 40);
    both(root, {"import-ecs", "-i", other}, 40);
    both(root, {"export-key", "-k", key, "-o", other}, 11);
}

TEST_CASE_METHOD(hostile_root, "names in trees do not steer the terminal, and none is changed silently in JSON") {
    const auto tree = in_folder(hostile_path), sealed = in_folder("sealed"), out = in_folder("out" + hostile_file);
    fs::create_directory(tree);
    write_text(tree + "/" + hostile_file, "text");
    write_text(tree + "/\x1b]0;title\x07", "cannot be stored");
    fs::create_symlink("nowhere", tree + "/link" + hostile_file);
    const auto encrypted = root.run({"encrypt-tree", "-i", tree, "-o", sealed, "-k", key, "--json"});
    INFO(encrypted.describe());
    require_harmless(encrypted.out);
    require_harmless(encrypted.err);
    const auto files = json::parse(encrypted.out)["files"];
    REQUIRE(files.size() == 3);
    std::size_t exact = 0;
    for (const auto& file : files)
        exact += file.contains("path_base64") ? 1 : 0;
    CHECK(exact == 2);
    const auto decrypted = root.run({"decrypt-tree", "-i", sealed, "-o", out});
    INFO(decrypted.describe());
    require_harmless(decrypted.out);
    require_harmless(decrypted.err);
    CHECK(fs::exists(out + "/" + hostile_file));
}

TEST_CASE_METHOD(hostile_root, "what is given on the command line does not steer the terminal in an error") {
    both(root, {"view-key", "-k", hostile_path}, 2);
    both(root, {"export-ecs", "-e", hostile_path, "-o", in_folder("x")}, 2);
    both(root, {hostile_path}, 2);
    both(root, {"list-keys", "--" + hostile_file}, 2);
    both(root, {"list-keys", "-l", hostile_path}, 2);
    both(root, {"share-key", "-k", key, "-m", hostile_path}, 2);
    both(root, {"create-http-ecs", "-n", "x", "-u", hostile_path, "-k", "key"}, 2);
    root.options.env["OMEGASAFE_MAX_THREADS"] = hostile_path;
    const auto warned = root.run({"list-keys"});
    require_harmless(warned.out);
    require_harmless(warned.err);
}

TEST_CASE_METHOD(hostile_root, "config.ini and questions do not steer the terminal") {
    terminal tty(root.with_config_dir({"delete-key", "-k", key}), root.options);
    tty.expect("[y/N]: ");
    tty.send("n");
    const auto asked = tty.finish().out;
    CHECK(asked.find(hostile_shown) != std::string::npos);
    for (const auto* part : {"\xc2\x9b", "\xe2\x80\xae", "\xd8\x9c"})
        CHECK(asked.find(part) == std::string::npos);
    write_text(root.path() / "config.ini", "[" + hostile_file + "]\nLOG_LEVEL = \x1b[2J" + hostile_file + "\n");
    const auto refused = root.run({"list-keys"});
    CHECK(refused.exit_code != 0);
    require_harmless(refused.err);
}

TEST_CASE_METHOD(hostile_root, "what a server says does not steer the terminal") {
    scripted_server server;
    root.options.env["SSL_CERT_FILE"] = server.certificate().string();
    root.options.env["OMEGASAFE_HTTP_ECS_API_KEY"] = "any-key";
    const auto create = arguments{"create-http-ecs", "-n", "office", "-u", server.address()};
    for (const auto& words : {hostile, "a\x1b[2J\nomegasafe: error: forged" + hostile}) {
        const nlohmann::json body{{"error", {{"code", "later_code"}, {"message", words}, {"hint", words}}}};
        server.plays({{"status", 422}, {"body", body.dump(-1, ' ', true)}}); // in ASCII, as escapes
        both(root, create, 65);
    }
}
