#include <cmath>

#include "sagespark/codec/text_rows.h"
#include "sagespark/source/flat_rows.h"
#include "sagespark/source/formats.h"

namespace sagespark::source {
namespace {

class CsvEncoder final : public RowEncoder {
 public:
  CsvEncoder(FlatRows rows, char separator, bool has_header)
      : rows_(std::move(rows)), separator_(separator), needs_header_(has_header) {}

  Status Append(const data::Batch& batch, std::string& out) override {
    return rows_.ForEachRow(batch, [&](std::span<const double> numbers) {
      if (needs_header_) AppendHeader(out);
      for (size_t i = 0; i < numbers.size(); ++i) {
        if (i > 0) out += separator_;
        if (!std::isnan(numbers[i])) codec::AppendJavaDouble(numbers[i], out);
      }
      out += '\n';
    });
  }

 private:
  void AppendHeader(std::string& out) {
    needs_header_ = false;
    for (const std::string& name : rows_.names()) {
      if (&name != &rows_.names().front()) out += separator_;
      out += name;
    }
    out += '\n';
  }

  FlatRows rows_;
  const char separator_;
  bool needs_header_;
};

class CsvFormatWriter final : public FormatWriter {
 public:
  CsvFormatWriter(FlatRows rows, char separator, bool has_header)
      : rows_(std::move(rows)), separator_(separator), has_header_(has_header) {}

  std::string_view file_extension() const override { return ".csv"; }
  Status CheckSchema(const data::Schema& schema) const override { return rows_.CheckSchema(schema); }
  std::unique_ptr<RowEncoder> MakeEncoder(const data::Schema&) const override {
    return std::make_unique<CsvEncoder>(rows_, separator_, has_header_);
  }

 private:
  const FlatRows rows_;
  const char separator_;
  const bool has_header_;
};

const std::string* FindOption(const Options& options, std::string_view name, std::string_view other_name) {
  auto found = options.find(name);
  if (found == options.end()) found = options.find(other_name);
  return found == options.end() ? nullptr : &found->second;
}

}  // namespace

Result<std::unique_ptr<FormatWriter>> MakeCsvWriter(const Options& options) {
  std::string separator = ",";
  if (const std::string* given = FindOption(options, "sep", "delimiter")) separator = *given == "\\t" ? "\t" : *given;
  if (separator.size() != 1) return InvalidArgument("Option is no single character: sep is \"" + separator + "\"");
  bool has_header = false;
  if (const std::string* given = FindOption(options, "header", "header")) {
    if (*given != "true" && *given != "false") {
      return InvalidArgument("Option is not true or false: header is \"" + *given + "\"");
    }
    has_header = *given == "true";
  }
  return std::make_unique<CsvFormatWriter>(FlatRows(options), separator[0], has_header);
}

}  // namespace sagespark::source
