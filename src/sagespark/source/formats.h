#pragma once

#include <memory>

#include "sagespark/source/format.h"

namespace sagespark::source {

/// "libsvm": options `numFeatures` (inferred by a pass over the files when absent) and `vectorType` (sparse, dense). Splittable.
Result<std::unique_ptr<FormatReader>> MakeLibSvmReader(const Options& options);
std::unique_ptr<FormatWriter> MakeLibSvmWriter();

/// "sagemaker": RecordIO of Amazon Records, for writing; options `labelColumnName`, `featuresColumnName`.
std::unique_ptr<FormatWriter> MakeSageMakerWriter(const Options& options);

/// "csv", for writing numbers; see FlatRows for the columns. Options `sep` or `delimiter` (","), `header` (false), `labelColumnName`,
/// `featuresColumnName`. A null, or NaN, is an empty cell.
Result<std::unique_ptr<FormatWriter>> MakeCsvWriter(const Options& options);

/// "parquet", for writing numbers as doubles; see FlatRows for the columns. Options `labelColumnName`, `featuresColumnName`. A null
/// is NaN.
std::unique_ptr<FormatWriter> MakeParquetWriter(const Options& options);

}  // namespace sagespark::source
