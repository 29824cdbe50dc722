#include "sagespark/codec/text_rows.h"

#include <charconv>
#include <cmath>

#include "sagespark/data/value.h"

namespace sagespark::codec {
namespace {

void AppendInteger(int64_t value, std::string& out) {
  char text[24];
  out.append(text, std::to_chars(text, text + sizeof(text), value).ptr);
}

}  // namespace

void AppendJavaDouble(double value, std::string& out) {
  // Most numbers in text are small and whole; the rest may take its time.
  if (value > 0 && value < 1e7 && value == std::floor(value)) {
    AppendInteger(static_cast<int64_t>(value), out);
    out += ".0";
  } else {
    out += data::JavaText(value);
  }
}

void AppendLibSvmRow(double label, const data::VectorRow& features, std::string& out) {
  AppendJavaDouble(label, out);
  for (size_t i = 0; i < features.values.size(); ++i) {
    if (!features.is_sparse && features.values[i] == 0) continue;
    out += ' ';
    AppendInteger(features.is_sparse ? int64_t{features.indices[i]} + 1 : static_cast<int64_t>(i) + 1, out);
    out += ':';
    AppendJavaDouble(features.values[i], out);
  }
  out += '\n';
}

void AppendCsvRow(std::optional<double> label, const data::VectorRow& features, std::string& out) {
  const size_t start = out.size();
  const auto append = [&](double value) {
    if (out.size() > start) out += ',';
    AppendJavaDouble(value, out);
  };
  if (label.has_value()) append(*label);
  if (!features.is_sparse) {
    for (const double value : features.values) append(value);
  } else {
    size_t next = 0;
    for (int64_t i = 0; i < features.size; ++i) {
      const bool stored = next < features.indices.size() && features.indices[next] == i;
      append(stored ? features.values[next++] : 0);
    }
  }
  out += '\n';
}

}  // namespace sagespark::codec
