#include "cli/ask/tree_request.hpp"

#include "cli/ask/file_request.hpp"
#include "cli/show/format.hpp"
#include "cli/show/json_output.hpp"
#include "cli/terminal/logging.hpp"
#include "cli/text.hpp"
#include <algorithm>
#include <fmt/format.h>

namespace omegasafe::cli {

namespace {

struct counts {
    std::uint64_t done = 0, failed = 0, skipped = 0, resumed = 0, bytes = 0;
};

counts count(const tree_report& report) {
    counts sum;
    for (const auto& item : report.items) {
        sum.done += item.status == tree_status::done;
        sum.failed += item.status == tree_status::failed;
        sum.skipped += item.status == tree_status::skipped;
        sum.resumed += item.status == tree_status::resumed;
        sum.bytes += item.status == tree_status::done ? item.bytes : 0;
    }
    return sum;
}

void name_what_is_missing(const tree_report& report) {
    for (const auto& item : report.items) {
        if (item.status == tree_status::failed)
            log_error(item.path + ": " + item.sentence);
        else if (item.status == tree_status::skipped)
            log_warning(item.path + ": skipped. " + item.sentence);
    }
}

const char* status_word(tree_status status, const std::string& verb) {
    switch (status) {
    case tree_status::done:
        return verb.c_str();
    case tree_status::resumed:
        return "resumed";
    case tree_status::skipped:
        return "skipped";
    default:
        return "failed";
    }
}

json item_payload(const tree_item& item, const std::string& verb) {
    const bool failed = item.status == tree_status::failed;
    return {{"path", item.path},
        {"encrypted_name", item.encrypted_name.empty() ? json(nullptr) : json(item.encrypted_name)},
        {"status", status_word(item.status, verb)}, {"bytes", json_position(item.bytes)},
        {"error_code", failed ? json(to_string(item.code)) : json(nullptr)},
        {"message", item.sentence.empty() ? json(nullptr) : json(item.sentence)}};
}

void print_payload(
    const tree_report& report, const counts& sum, const std::string& verb, const std::optional<failure>& problem) {
    json payload{{"schema_version", schema_version}, {"output_dir", report.output.string()},
        {"tree_uuid", to_string(report.tree_uuid)}, {verb, sum.done}, {"failed", sum.failed}, {"skipped", sum.skipped},
        {"resumed", sum.resumed}, {"bytes", json_position(sum.bytes)}, {"layer", report.protection.layer},
        {"authenticated", report.protection.authenticated}, {"format_version", report.protection.format_version},
        {"error", problem ? json_error(*problem) : json(nullptr)}, {"files", json::array()}};
    for (const auto& item : report.items)
        payload["files"].push_back(item_payload(item, verb));
    print_json(payload);
}

void print_summary(const tree_report& report, const counts& sum, const std::string& verb) {
    if (report.was_complete) {
        print("The tree in " + report.output.string() + " was complete already.");
        print(protection_summary(report.protection));
        return;
    }
    const auto seconds = std::max(report.seconds.count(), 1e-9);
    print("Tree " + verb + ": " + report.output.string());
    print(fmt::format("{} files {}, {} failed, {} skipped, {} done before; {} bytes in {:.2f} s ({}/s)",
        with_thousands(sum.done), verb, with_thousands(sum.failed), with_thousands(sum.skipped),
        with_thousands(sum.resumed), with_thousands(sum.bytes), seconds,
        decimal_size(static_cast<std::uint64_t>(static_cast<double>(sum.bytes) / seconds))));
    print(protection_summary(report.protection));
}

} // namespace

void add_tree_options(CLI::App& command, tree_options& options, const std::string& input_help,
    const std::string& output_help, const std::string& resume_help) {
    command.add_option("-i,--input-dir", options.input, input_help)->required();
    command.add_option("-o,--output-dir", options.output, output_help)->required();
    // One value each time, so that a pattern never swallows what follows it.
    command
        .add_option("--include", options.patterns.include,
            "Only files that match this pattern, or lie in a folder that does; repeatable. '*' and '?' stop at '/'; a "
            "leading '/' means the tree's root, else the pattern is matched against the end of the path; a trailing "
            "'/' matches folders only")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    command
        .add_option("--exclude", options.patterns.exclude,
            "Not what matches this pattern, nor what lies in a folder that does; repeatable; wins over --include")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    command.add_option("--jobs", options.jobs, "Files or groups of small files at a time (default: one per core)");
    command.add_flag("--resume", options.resume, resume_help);
}

void report_tree(const tree_report& report, const std::string& verb, bool as_json) {
    const auto sum = count(report);
    name_what_is_missing(report);
    std::optional<failure> problem;
    if (sum.failed > 0)
        problem.emplace(errc::partly_failed,
            fmt::format("{} of {} files failed, each named above; what is not named is {}. Run the command again with "
                        "--resume to try them again.",
                sum.failed, report.items.size(), verb));
    as_json ? print_payload(report, sum, verb, problem) : print_summary(report, sum, verb);
    if (!problem)
        return;
    log_error(problem->what());
    throw CLI::RuntimeError(exit_code(problem->code()));
}

} // namespace omegasafe::cli
