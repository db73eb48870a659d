#include "cli/ask/file_request.hpp"

#include "cli/show/format.hpp"
#include "cli/show/outcome.hpp"
#include <algorithm>
#include <fmt/format.h>

namespace omegasafe::cli {

namespace fs = std::filesystem;

void add_file_options(CLI::App& command, file_options& options, const std::string& input_help) {
    command.add_option("-i,--input-file", options.input, input_help)->required();
    command.add_option("-f,--file-name-override", options.name_override, "Output file name override");
    command.add_option("-o,--output-dir", options.output_dir, "Directory of the output (default: the input's)");
    command.add_option("-t,--max-threads", options.max_threads, "Worker limit (default: one per core)");
    command.add_flag("--overwrite", options.overwrite, "Replace an existing output file");
}

fs::path output_folder(const file_options& options) {
    const auto folder =
        options.output_dir.empty() ? fs::absolute(options.input).parent_path() : fs::path{options.output_dir};
    if (!fs::is_directory(folder))
        throw failure(
            errc::output_refused, "The output directory " + folder.string() + " does not exist; create it first.");
    return folder;
}

void check_name_override(const std::string& name) {
    if (!name.empty() && !plain_file_name(name))
        throw failure(
            errc::usage, "'" + name +
                             "' for --file-name-override is not a plain file name; leave out folders (that is "
                             "--output-dir) and control characters.");
}

std::string performance_summary(const file_report& report) {
    const auto seconds = std::max(report.seconds.count(), 1e-9);
    return fmt::format("{} bytes in {:.2f} s ({}/s), {} positions of Delta {}", with_thousands(report.bytes), seconds,
        decimal_size(static_cast<std::uint64_t>(static_cast<double>(report.bytes) / seconds)),
        with_thousands(report.positions), report.delta_seq);
}

std::string protection_summary(const file_protection& used) {
    return fmt::format("AES-256-GCM layer: {}; authenticated: {}; format version {}", used.layer ? "yes" : "no",
        used.authenticated ? "yes" : "no", used.format_version);
}

void tell(const session& session, const std::string& sentence, const file_report& report) {
    outcome out{session};
    out.line(sentence);
    out.line(performance_summary(report));
    out.line(protection_summary(report.protection));
    out.field("output_path", report.output.empty() ? json(nullptr) : json(report.output.string()));
    out.field("key_uuid", to_string(report.key_uuid));
    out.field("delta_sequence", report.delta_seq);
    out.field("bytes", json_position(report.bytes));
    out.field("positions", json_position(report.positions));
    out.field("seconds", report.seconds.count());
    out.field("layer", report.protection.layer);
    out.field("authenticated", report.protection.authenticated);
    out.field("format_version", report.protection.format_version);
    out.finish();
}

} // namespace omegasafe::cli
