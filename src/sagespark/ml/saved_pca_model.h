#pragma once

#include <memory>
#include <string>

#include "sagespark/feature/pca.h"
#include "sagespark/sql/spark_session.h"

namespace sagespark::ml {

/// The Parquet file in data/ of a saved PCAModel, as Spark writes it: one row with `pc`, a matrix, and `explainedVariance`, a vector.
std::string EncodePCAModel(const feature::PrincipalComponents& components, const sql::SparkSession& spark);

/// The reverse, from Spark's own file, too. Throws kCorruptData when it does not hold that.
std::shared_ptr<const feature::PrincipalComponents> DecodePCAModel(std::string file, const sql::SparkSession& spark);

}  // namespace sagespark::ml
