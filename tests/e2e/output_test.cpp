// What commands print: JSON alone on stdout, error objects beside the sentence, lines of at most 80 columns.
#include "tests/e2e/e2e_support.hpp"

#include <sstream>

using namespace omegasafe::test;

namespace {

struct everyday_root {
    config_root root;
    std::string key = root.initialise_with_key();
    std::string ecs = ecs_uuid_of(root);
    fs::path file = root.make_file("report.pdf", 4000);
    fs::path folder = root.folder().path();

    std::string in_folder(const char* name) const { return (folder / name).string(); }

    /// Every command once, in an order in which all succeed.
    std::vector<arguments> every_command() const {
        const auto report = in_folder("report.omegasafe");
        return {
            {"encrypt", "-i", file.string(), "-k", key, "-f", "report.omegasafe"},
            {"decrypt", "-i", report, "-f", "restored.pdf"},
            {"verify", "-i", report},
            {"inspect", "-i", report},
            {"speed"},
            {"set-config", "-u", "true", "-o", "false"},
            {"create-sfc-ecs", "-n", "second", "-p", in_folder("second.sfc"), "-y"},
            {"create-key", "-k", "Finance", "-n", "0.1", "-r", "0.1", "-c", "2", "-e", ecs},
            {"list-keys"},
            {"view-key", "-k", key},
            {"edit-key", "-k", key, "-n", "Finance-Key"},
            {"export-key", "-k", key, "-o", in_folder("key.omegakey")},
            {"import-key", "-e", ecs, "-i", in_folder("key.omegakey")},
            {"pull-missing-deltas", "-k", key},
            {"key-storage-limits", "-k", key},
            {"list-ecs"},
            {"edit-ecs", "-e", ecs, "-n", "Home", "-p", in_folder("moved.sfc"), "-m"},
            {"export-ecs", "-e", ecs, "-o", in_folder("ecs.export")},
            {"import-ecs", "-i", in_folder("ecs.export")},
            {"list-ecs-storages", "-e", ecs},
            {"fast-forward-claim", "-k", key, "-c", "1000", "-f"},
            {"delete-key", "-k", key, "-f"},
            {"erase-all", "-f"},
            {"init", "-s"},
        };
    }
    /// erase-all takes the root's folder along, and init wants it.
    void prepare(const arguments& args) const {
        if (args.front() == "init")
            fs::create_directory(root.path());
    }
};

} // namespace

TEST_CASE_METHOD(everyday_root, "plain output keeps to 80 columns") {
    for (const auto& args : every_command()) {
        prepare(args);
        const auto result = succeed(root, args);
        auto text = result.out + result.err;
        // Paths are as long as their owners like: a common one stands in.
        for (std::size_t at; (at = text.find(folder.string())) != std::string::npos;)
            text.replace(at, folder.string().size(), "/home/ann/safe");
        std::istringstream lines(text);
        for (std::string line; std::getline(lines, line);) {
            INFO(args.front() << ": " << line);
            CHECK((line.size() <= 80 || line.rfind("omegasafe: ", 0) == 0)); // log lines are sentences
        }
    }
}

TEST_CASE_METHOD(everyday_root, "with --json stdout holds the result object and nothing else, for every command") {
    for (const auto& args : every_command()) {
        prepare(args);
        const auto result = succeed(root, args + arguments{"-j"});
        INFO(args.front() << ": " << result.describe());
        CHECK(json::parse(result.out)["schema_version"] == 1); // schemas are checked at the end of the program
    }
}

TEST_CASE_METHOD(everyday_root, "a failure with --json is an error object, with the sentence on stderr as always") {
    const auto input = file.string();
    for (const auto& [args, code, exit_code] : std::vector<std::tuple<arguments, std::string, int>>{
             {{"encrypt", "-i", "/nowhere", "-k", key}, "input_unreadable", 10},
             {{"encrypt", "-i", input, "-k", key, "-o", "/nowhere"}, "output_refused", 11},
             {{"encrypt", "-i", input, "-k", unknown_uuid}, "alpha_missing", 51},
             {{"encrypt", "-i", input, "-k", "x"}, "usage", 2}, {{"encrypt", "-i", input}, "usage", 2},
             {{"encrypt", "-i", input, "-k", key, "--no-such-flag"}, "usage", 2},
             {{"decrypt", "-i", input}, "container_damaged", 40}, {{"verify", "-i", input}, "container_damaged", 40},
             {{"inspect", "-i", input}, "container_damaged", 40}, {{"list-keys", "extra"}, "usage", 2},
             {{"list-keys", "-l", "LOUD"}, "usage", 2}, {{"delete-key", "-k", key}, "usage", 2},
             {{"list-ecs-storages", "-e", unknown_uuid}, "ecs_unknown", 60}, {{"init", "-s"}, "config_exists", 21},
             {{"create-http-ecs"}, "usage", 2}, {{"create-sfc-ecs", "-n", "a", "-y"}, "usage", 2}}) {
        const auto plain = root.run(args);
        const auto result = root.run(args + arguments{"--json"});
        INFO(args.front() << ": " << result.describe());
        CHECK(result.exit_code == exit_code);
        const auto error = json::parse(result.out).at("error");
        CHECK(error["code"] == code);
        CHECK(error["exit_code"] == exit_code);
        CHECK(result.err == "omegasafe: error: " + error["message"].get<std::string>() + "\n");
        CHECK(plain.exit_code == exit_code);
        CHECK(plain.err == result.err);
        CHECK(plain.out.empty());
    }
    const auto aborted = error_of(root, {"create-sfc-ecs", "-n", "a", "-p", in_folder("a"), "-x"});
    CHECK(aborted["code"] == "aborted");
    CHECK(aborted["message"] == "Operation aborted.");
    CHECK(aborted["hint"].is_null());
    // A command that fails half-way prints no result object beside the error.
    fs::create_directories(root.path() / ".omegasafe-tmp-folder" / "full");
    const auto half = root.run({"erase-all", "-f", "-j"});
    CHECK(half.exit_code == 12);
    CHECK(json::parse(half.out)["error"]["code"] == "io_failed");
}

TEST_CASE_METHOD(everyday_root, "without an HTTP ECS the update check prints nothing") {
    for (const auto& args : std::vector<arguments>{{"list-ecs"}, {"list-keys"}, {"view-key", "-k", key}}) {
        root.options.env["OMEGASAFE_UPDATE_CHECK"] = "true";
        const auto checking = succeed(root, args);
        root.options.env["OMEGASAFE_UPDATE_CHECK"] = "false";
        CHECK(checking.out == succeed(root, args).out);
        CHECK(checking.err.empty());
    }
}

TEST_CASE_METHOD(everyday_root, "log lines go to the stream of their level, and --json asks for WARNING") {
    const arguments create{"create-key", "-k", "a", "-n", "0.1", "-r", "0.1", "-c", "2"};
    CHECK(succeed(root, create).out.find("omegasafe: info: Created Delta") != std::string::npos);
    CHECK(succeed(root, create + arguments{"-j"}).out.find("omegasafe: info:") == std::string::npos);
    CHECK(succeed(root, create + arguments{"-l", "warning"}).out.find("omegasafe: info:") == std::string::npos);
    const auto asked = root.run({"encrypt", "-i", file.string(), "-k", key, "-l", "10"});
    CHECK(asked.out.find("omegasafe: debug:") != std::string::npos);
    CHECK(asked.err.empty());
}

TEST_CASE("speed says which kernel is used, also when the environment names one") {
    run_options options;
    const auto kernels = [&] {
        const auto result = run({"speed", "--json"}, options);
        INFO(result.describe());
        REQUIRE(result.exit_code == 0);
        return nlohmann::json::parse(result.out)["kernels"];
    };
    const auto selected = [](const nlohmann::json& rows) {
        std::vector<std::string> names;
        for (const auto& row : rows)
            if (row["selected"] == true)
                names.push_back(row["name"]);
        return names;
    };
    const auto rows = kernels();
    CHECK(selected(rows) == std::vector<std::string>{(*std::ranges::find_if(
                                rows, [](const auto& row) { return row["available"] == true; }))["name"]});
    options.env["OMEGASAFE_KERNEL"] = "portable";
    CHECK(selected(kernels()) == std::vector<std::string>{"portable"});
    options.env["OMEGASAFE_KERNEL"] = "fast";
    const auto refused = run({"speed"}, options);
    CHECK(refused.exit_code == 2);
    CHECK(refused.err.find("portable") != std::string::npos);
}
