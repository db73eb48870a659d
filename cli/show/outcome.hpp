// What a command has to say: lines for people, or with --json one object that holds the same.
#pragma once

#include "cli/session.hpp"
#include "cli/show/json_output.hpp"

namespace omegasafe::cli {

/// Collects a command's result while it is made. Lines appear at once, the object appears on finish(), so that a
/// command that fails half-way prints no result object.
class outcome {
public:
    explicit outcome(const session& session) : as_json_(session.as_json()) {}

    /// A line for people only.
    void line(const std::string& text) const;
    /// Several, of our own words.
    void lines(const std::string& text) const;
    /// "  label: value" for people, and a field.
    void value(const std::string& label, const std::string& name, const json& value);
    /// A field only.
    void field(const std::string& name, json value) { object_[name] = std::move(value); }
    /// With --json: prints the object.
    void finish() const;

private:
    bool as_json_;
    json object_ = {{"schema_version", schema_version}};
};

} // namespace omegasafe::cli
