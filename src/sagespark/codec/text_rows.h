#pragma once

#include <optional>
#include <string>

#include "sagespark/data/vector_column.h"

namespace sagespark::codec {

/// Appends what data::JavaText gives, faster for whole numbers.
void AppendJavaDouble(double value, std::string& out);

/// Appends "label index:value ...\n": 1-based indices, of dense vectors only the entries that are not zero.
void AppendLibSvmRow(double label, const data::VectorRow& features, std::string& out);

/// Appends "label,value,...\n", the zeros of sparse vectors too.
void AppendCsvRow(std::optional<double> label, const data::VectorRow& features, std::string& out);

}  // namespace sagespark::codec
