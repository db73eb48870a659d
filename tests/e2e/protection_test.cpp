// What commands say about layer, tag and format of the files they make and read.
#include "tests/e2e/e2e_support.hpp"

using namespace omegasafe::test;

namespace {

constexpr const char* layer_variable = "OMEGASAFE_TRADITIONAL_ENC_LAYER_PASS";

struct protected_root {
    config_root root;
    std::string key = root.initialise_with_key();
    fs::path folder = root.folder().path();
    fs::path file = root.make_file("report.pdf", 4000);

    void set_layer(bool on) {
        root.options.env.erase(layer_variable);
        if (on)
            root.options.env[layer_variable] = "layer-pass-1";
    }
    json made(const arguments& args) const { return json_of(root, args); }
    arguments decrypting(const fs::path& encrypted) const {
        return {"decrypt", "-i", encrypted.string(), "-o", folder.string(), "-f", "restored", "--overwrite"};
    }
    /// Lines on stderr that speak of the layer.
    std::ptrdiff_t warnings(const arguments& args) const {
        const auto result = succeed(root, args);
        INFO(result.describe());
        std::ptrdiff_t found = 0;
        for (std::size_t at = 0; (at = result.err.find("without the AES-256-GCM layer", at)) != std::string::npos; ++at)
            ++found;
        REQUIRE(std::ranges::count(result.err, '\n') == found);
        return found;
    }
    fs::path tree(const std::string& name) {
        fs::create_directories(folder / name / "sub");
        for (const auto* each : {"a", "sub/b"})
            fs::copy_file(file, folder / name / each, fs::copy_options::overwrite_existing);
        succeed(root,
            {"encrypt-tree", "-i", (folder / name).string(), "-o", (folder / (name + "-sealed")).string(), "-k", key});
        return folder / (name + "-sealed");
    }
};

void check_protection(const json& said, bool layer) {
    CHECK(said.at("layer") == layer);
    CHECK(said.at("authenticated") == true);
    CHECK(said.at("format_version") == 2);
}

} // namespace

TEST_CASE_METHOD(protected_root, "layer, tag and format version are said of each file") {
    const bool layer = GENERATE(false, true);
    set_layer(layer);
    const auto encrypted = folder / "report.omegasafe";
    check_protection(made({"encrypt", "-i", file.string(), "-k", key, "-f", "report.omegasafe"}), layer);
    check_protection(made(decrypting(encrypted)), layer);
    check_protection(made({"verify", "-i", encrypted.string()}), layer);
    const auto line =
        std::string{"AES-256-GCM layer: "} + (layer ? "yes" : "no") + "; authenticated: yes; format version 2";
    require_line(succeed(root, {"verify", "-i", encrypted.string()}), line);
    const auto seen = made({"inspect", "-i", encrypted.string()});
    CHECK(seen.at("layer") == layer);
    CHECK(seen.at("authenticated") == layer); // without a key nothing else can be checked
    CHECK(seen.at("format_version") == 1);    // of the container
    set_layer(false);                         // the key remembers
    CHECK(made({"inspect", "-i", encrypted.string()}).at("authenticated") == layer);
    const config_root stranger;
    const auto closed = json::parse(succeed(stranger, {"inspect", "-j", "-i", encrypted.string()}).out);
    CHECK(closed.at("layer") == layer);
    CHECK(closed.at("authenticated") == false);
}

TEST_CASE_METHOD(protected_root, "layer, tag and format version are said of a tree") {
    const bool layer = GENERATE(false, true);
    set_layer(layer);
    const auto sealed_tree = tree("plain");
    const arguments decrypt{"decrypt-tree", "-i", sealed_tree.string(), "-o", (folder / "out").string()};
    check_protection(made(decrypt), layer);
    check_protection(
        made({"encrypt-tree", "-i", (folder / "plain").string(), "-o", (folder / "other").string(), "-k", key}), layer);
}

TEST_CASE_METHOD(protected_root, "a file without the layer that its key has is decrypted with one warning") {
    const auto plain = sealed(root, key, file, "plain.omegasafe");
    CHECK(warnings(decrypting(plain)) == 0);
    set_layer(true);
    const auto inside = sealed(root, key, file, "inside.omegasafe");
    CHECK(warnings(decrypting(plain)) == 1);
    CHECK(warnings({"verify", "-i", plain.string()}) == 1);
    CHECK(warnings(decrypting(inside)) == 0);
    CHECK(warnings({"verify", "-i", inside.string()}) == 0);
}

TEST_CASE_METHOD(protected_root, "a tree without the layer that its key has is decrypted with one warning") {
    const auto plain = tree("plain");
    set_layer(true);
    const auto inside = tree("inside");
    const auto decrypting_tree = [&](const fs::path& from) {
        return arguments{"decrypt-tree", "-i", from.string(), "-o", (folder / "out").string(), "--overwrite"};
    };
    CHECK(warnings(decrypting_tree(plain)) == 1);
    CHECK(warnings(decrypting_tree(inside)) == 0);
}
