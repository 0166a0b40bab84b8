/// A workspace: the owner of credits, jobs, models and assets.
package enum Account {}
